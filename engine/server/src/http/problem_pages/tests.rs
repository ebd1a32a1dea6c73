use super::*;

#[test]
fn every_code_is_explained() {
    for code in Code::ALL {
        assert!(meaning(*code).is_some(), "`{}` needs a paragraph in MEANINGS", code.as_str());
    }
}

#[test]
fn codes_of_the_face_and_of_the_engine_differ() {
    for face in FaceCode::ALL {
        assert!(Code::ALL.iter().all(|code| code.as_str() != face.as_str()), "{face:?}");
    }
}
