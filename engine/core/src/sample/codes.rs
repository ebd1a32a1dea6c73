//! Code lists: common diagnoses under their ICD-10 codes, with short titles of our own; invented drugs; tests.

/// A diagnosis: code, title, group.
pub(super) type Diagnosis = (&'static str, &'static str, &'static str);

/// Diagnoses, the most frequent first. The last is so rare that one person can dominate it.
pub(super) const DIAGNOSES: [Diagnosis; 96] = [
    ("R07", "Pain in the throat and chest", "other"),
    ("J18", "Pneumonia", "respiratory"),
    ("N39", "Urinary tract infection and other urinary disorders", "genitourinary"),
    ("R10", "Abdominal pain", "other"),
    ("J44", "Chronic obstructive pulmonary disease", "respiratory"),
    ("I48", "Atrial fibrillation and flutter", "circulatory"),
    ("I50", "Heart failure", "circulatory"),
    ("H25", "Age-related cataract", "eye and ear"),
    ("A41", "Sepsis", "infection"),
    ("I21", "Acute heart attack", "circulatory"),
    ("S72", "Fracture of the thigh bone", "injury"),
    ("K80", "Gallstones", "digestive"),
    ("E11", "Type 2 diabetes", "endocrine"),
    ("I25", "Chronic ischaemic heart disease", "circulatory"),
    ("O80", "Spontaneous birth", "pregnancy"),
    ("R55", "Fainting and collapse", "other"),
    ("M17", "Arthrosis of the knee", "musculoskeletal"),
    ("I63", "Stroke by blocked vessel", "circulatory"),
    ("K21", "Acid reflux", "digestive"),
    ("J22", "Acute infection of the lower airways", "respiratory"),
    ("L03", "Cellulitis", "skin"),
    ("C50", "Breast cancer", "cancer"),
    ("K29", "Gastritis and duodenitis", "digestive"),
    ("C34", "Lung cancer", "cancer"),
    ("D50", "Anaemia from lack of iron", "blood"),
    ("S06", "Injury inside the skull", "injury"),
    ("M16", "Arthrosis of the hip", "musculoskeletal"),
    ("J45", "Asthma", "respiratory"),
    ("C18", "Cancer of the colon", "cancer"),
    ("K57", "Diverticular disease", "digestive"),
    ("I10", "High blood pressure", "circulatory"),
    ("N17", "Acute kidney failure", "genitourinary"),
    ("K40", "Inguinal hernia", "digestive"),
    ("R06", "Abnormal breathing", "other"),
    ("I26", "Pulmonary embolism", "circulatory"),
    ("S52", "Fracture of the forearm", "injury"),
    ("G40", "Epilepsy", "nervous"),
    ("C61", "Cancer of the prostate", "cancer"),
    ("M54", "Back pain", "musculoskeletal"),
    ("F10", "Disorders from alcohol", "mental"),
    ("K35", "Acute appendicitis", "digestive"),
    ("T40", "Poisoning by narcotics", "injury"),
    ("N20", "Kidney stones", "genitourinary"),
    ("F32", "Depressive episode", "mental"),
    ("E87", "Disorders of fluids and salts", "endocrine"),
    ("R51", "Headache", "other"),
    ("S82", "Fracture of the lower leg", "injury"),
    ("O82", "Birth by caesarean section", "pregnancy"),
    ("K92", "Bleeding of the gut and other diseases", "digestive"),
    ("H40", "Glaucoma", "eye and ear"),
    ("F20", "Schizophrenia", "mental"),
    ("G45", "Short disturbance of blood flow to the brain", "nervous"),
    ("B34", "Viral infection, place not stated", "infection"),
    ("J06", "Acute infection of the upper airways", "respiratory"),
    ("C67", "Cancer of the bladder", "cancer"),
    ("K56", "Obstruction of the bowel", "digestive"),
    ("N18", "Chronic kidney disease", "genitourinary"),
    ("M79", "Pain in soft tissue", "musculoskeletal"),
    ("I70", "Hardening of the arteries", "circulatory"),
    ("A09", "Infectious gastroenteritis", "infection"),
    ("L02", "Abscess of the skin", "skin"),
    ("F03", "Dementia", "mental"),
    ("K85", "Acute pancreatitis", "digestive"),
    ("D64", "Other anaemias", "blood"),
    ("E10", "Type 1 diabetes", "endocrine"),
    ("J96", "Respiratory failure", "respiratory"),
    ("G20", "Parkinson disease", "nervous"),
    ("C20", "Cancer of the rectum", "cancer"),
    ("H26", "Other cataract", "eye and ear"),
    ("O14", "Pre-eclampsia", "pregnancy"),
    ("K50", "Crohn disease", "digestive"),
    ("I71", "Aneurysm of the aorta", "circulatory"),
    ("S42", "Fracture of the shoulder and upper arm", "injury"),
    ("F41", "Anxiety disorders", "mental"),
    ("K51", "Ulcerative colitis", "digestive"),
    ("C64", "Cancer of the kidney", "cancer"),
    ("G35", "Multiple sclerosis", "nervous"),
    ("M05", "Rheumatoid arthritis", "musculoskeletal"),
    ("L40", "Psoriasis", "skin"),
    ("N40", "Enlarged prostate", "genitourinary"),
    ("D69", "Purpura and bleeding disorders", "blood"),
    ("C90", "Multiple myeloma", "cancer"),
    ("E05", "Overactive thyroid", "endocrine"),
    ("H66", "Infection of the middle ear", "eye and ear"),
    ("B18", "Chronic viral hepatitis", "infection"),
    ("F31", "Bipolar disorder", "mental"),
    ("G61", "Inflammation of many nerves", "nervous"),
    ("L97", "Ulcer of the lower limb", "skin"),
    ("C91", "Lymphoid leukaemia", "cancer"),
    ("D57", "Sickle-cell disorders", "blood"),
    ("E84", "Cystic fibrosis", "endocrine"),
    ("A15", "Tuberculosis of the lungs", "infection"),
    ("G12", "Wasting of the spinal muscles", "nervous"),
    ("B20", "HIV disease with infections", "infection"),
    ("E75", "Storage disorders of fats", "endocrine"),
    ("D66", "Haemophilia A", "blood"),
];

/// The position of the rare diagnosis that one person dominates.
pub(super) const DOMINATED: usize = DIAGNOSES.len() - 1;

/// A test: code, usual value, deviation, reference range.
pub(super) struct Test {
    pub(super) code: &'static str,
    pub(super) usual: f64,
    pub(super) deviation: f64,
    pub(super) range: (f64, f64),
}

const fn test(code: &'static str, usual: f64, deviation: f64, range: (f64, f64)) -> Test {
    Test { code, usual, deviation, range }
}

/// Tests, the most frequent first.
pub(super) const TESTS: [Test; 12] = [
    test("systolic", 130.0, 16.0, (90.0, 150.0)),
    test("hba1c", 41.0, 9.0, (20.0, 48.0)),
    test("creatinine", 80.0, 20.0, (45.0, 110.0)),
    test("cholesterol", 5.1, 1.1, (2.0, 6.5)),
    test("haemoglobin", 136.0, 15.0, (110.0, 165.0)),
    test("egfr", 78.0, 18.0, (60.0, 130.0)),
    test("bmi", 27.5, 5.0, (18.5, 30.0)),
    test("potassium", 4.3, 0.5, (3.5, 5.3)),
    test("tsh", 2.2, 1.2, (0.4, 4.5)),
    test("alt", 26.0, 13.0, (5.0, 45.0)),
    test("vitamin_d", 52.0, 22.0, (25.0, 125.0)),
    test("crp", 9.0, 12.0, (0.0, 10.0)),
];

/// How many drug codes there are.
pub(super) const DRUGS: usize = 2_000;

/// Strengths in mg, in the order of the contract.
pub(super) const STRENGTHS: [i64; 10] = [1, 5, 10, 20, 25, 50, 100, 200, 250, 500];

const STEMS: [&str; 20] = [
    "Abra", "Belvi", "Corda", "Delmo", "Elixa", "Fervi", "Galto", "Hespe", "Ivoro", "Juvale",
    "Kelmi", "Lumba", "Mirto", "Nexvi", "Orvane", "Peltra", "Quoru", "Rivasto", "Solmi", "Tarvex",
];

const ENDINGS: [&str; 10] =
    ["dine", "lor", "mab", "nix", "pant", "quin", "stol", "tane", "vir", "zole"];

/// The invented name of a drug with strength and form, and its strength in mg.
pub(super) fn drug(position: usize) -> (String, i64) {
    let strength = STRENGTHS.get(position % 10).copied().unwrap_or(1);
    let ending = ENDINGS.get(position / 10 % 10).copied().unwrap_or_default();
    let stem = STEMS.get(position / 100 % 20).copied().unwrap_or_default();
    let form = if position.is_multiple_of(3) { "capsules" } else { "tablets" };
    (format!("{stem}{ending} {strength} mg {form}"), strength)
}
