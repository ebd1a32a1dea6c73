//! What the specifications and the test data of certificate transparency say.

use super::*;

/// Leaves and roots of the tree that certificate transparency is tested with (RFC 6962).
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn leaves() -> Vec<Vec<u8>> {
    LEAVES.iter().map(|leaf| hex::decode(leaf).unwrap()).collect()
}

fn hashes(hex_texts: &[&str]) -> Vec<Hash> {
    hex_texts.iter().map(|text| Hash::from_slice(&hex::decode(text).unwrap()).unwrap()).collect()
}

#[test]
fn roots_are_those_of_certificate_transparency() {
    for (size, root) in ROOTS.iter().enumerate() {
        let grown = Grown::of(leaves().into_iter().take(size));
        assert_eq!(hex::encode(grown.edge.head().root.0), *root, "{size} leaves");
    }
}

/// The paths for leaves 0 and 2 and the growth from 1, 2 and 6, of the same test data.
#[test]
fn proofs_are_those_of_certificate_transparency() {
    let grown = Grown::of(leaves());
    let nodes = grown.nodes();
    let first = hashes(&[
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]);
    assert_eq!(prove_inclusion(&nodes, 0, 8).unwrap(), first);
    let third = hashes(&["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]);
    assert_eq!(prove_inclusion(&nodes, 2, 3).unwrap(), third);
    let growth = hashes(&[
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]);
    assert_eq!(prove_consistency(&nodes, 6, 8).unwrap(), growth);
    assert_eq!(prove_consistency(&nodes, 1, 8).unwrap(), first);
    assert!(prove_consistency(&nodes, 8, 8).unwrap().is_empty());
    assert!(prove_consistency(&nodes, 0, 8).unwrap().is_empty());
}

/// The example of tlog-tiles: which files a tree of 70,000 entries consists of.
#[test]
fn seventy_thousand_entries_are_the_files_that_the_specification_counts() {
    let size = 70_000;
    let tiles = |level| {
        let ids = (0..).map_while(move |index| TileId::at(level, index, size));
        ids.map(|id| id.width).collect::<Vec<_>>()
    };
    let level_0 = tiles(0);
    assert_eq!(level_0.iter().filter(|width| **width == 256).count(), 273);
    assert_eq!((level_0.len(), level_0[273]), (274, 112));
    assert_eq!(tiles(1), [256, 17]);
    assert_eq!(tiles(2), [1]);
    assert!(tiles(3).is_empty());
    // 256 entries are one full tile and a partial one of width 1 above it.
    let ids: Vec<_> = (0..3).filter_map(|level| TileId::at(level, 0, 256)).collect();
    assert_eq!(ids.iter().map(|id| id.width).collect::<Vec<_>>(), [256, 1]);
    // The edge in memory says the same.
    let grown = Grown::of((0..70_000_u32).map(u32::to_be_bytes));
    let mut kept: Vec<_> = grown.full.keys().copied().collect();
    kept.extend(grown.edge.partial().map(|(id, _)| id));
    kept.sort();
    let mut said: Vec<_> = (0..3)
        .flat_map(|level| (0..).map_while(move |index| TileId::at(level, index, size)))
        .collect();
    said.sort();
    assert_eq!(kept, said);
}

#[test]
fn paths_are_those_of_the_specification() {
    let full = TileId { level: 3, index: 1_234_067, width: 256 };
    assert_eq!(Place::Tile(full).path(), "tile/3/x001/x234/067");
    let partial = TileId { level: 0, index: 273, width: 112 };
    assert_eq!(Place::Tile(partial).path(), "tile/0/273.p/112");
    assert_eq!(Place::Entries(partial).path(), "tile/entries/273.p/112");
    for id in [full, partial, TileId { level: 0, index: u64::MAX, width: 1 }] {
        assert_eq!(Place::parse(&Place::Tile(id).path()), Some(Place::Tile(id)));
    }
    for wrong in [
        "tile/0/1",
        "tile/0/0001",
        "tile/0/x000/001",
        "tile/00/001",
        "tile/0/001.p/256",
        "tile/0/001.p/0112",
        "tile/0/+01",
        "tile/0/001.p/",
        "tile/x/001",
        "tile/0/",
        "tile/entries/x001",
        "/tile/0/001",
        "checkpoint",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
    ] {
        assert_eq!(Place::parse(wrong), None, "{wrong}");
    }
}

/// The example of signed-note.
#[test]
fn the_note_of_the_specification_is_read_and_verified() {
    let verifier = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    let file = "This is an example message.\n\n\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    let parsed: Verifier = verifier.parse().unwrap();
    assert_eq!(parsed.to_string(), verifier);
    let note = Note::parse(file).unwrap();
    assert_eq!(note.text(), "This is an example message.\n");
    note.check(&parsed).unwrap();
    assert_eq!(note.to_string(), file);
    let other = Note::parse(&file.replace("an example", "no example")).unwrap();
    assert_eq!(other.check(&parsed), Err(LogError::BadSignature("example.com/foo".into())));
}

/// The example of tlog-cosignature: its keys are not published, but every byte of the form is.
#[test]
fn the_checkpoint_of_the_specification_is_read() {
    let file = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
        \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
        \u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
    let note = Note::parse(file).unwrap();
    assert_eq!(note.signatures().len(), 2);
    assert_eq!(note.to_string(), file);
    let checkpoint = Checkpoint::parse(note.text()).unwrap();
    assert_eq!(
        (checkpoint.origin.as_str(), checkpoint.size),
        ("example.com/behind-the-sofa", 20_852_163)
    );
    assert_eq!(checkpoint.text(), note.text());
}
