//! Invented regions, places and names of organisations.

/// Regions, in the order of the contract.
pub(super) const REGIONS: [&str; 7] =
    ["coast", "hills", "islands", "lakes", "moors", "plains", "valleys"];

/// How many people live in each region, relative to the others.
pub(super) const REGION_WEIGHTS: [f64; 7] = [22.0, 12.0, 3.0, 8.0, 10.0, 27.0, 18.0];

/// Places that do not exist.
pub(super) const PLACES: [&str; 40] = [
    "Alderwick",
    "Brackenmoor",
    "Cindervale",
    "Dunmarrow",
    "Elmsgate",
    "Fallowmere",
    "Gorsebank",
    "Hartlewood",
    "Inverfell",
    "Junipershaw",
    "Kestrelby",
    "Larkhollow",
    "Mistleford",
    "Nettlecombe",
    "Oxendale",
    "Pebbleham",
    "Quillbury",
    "Rookhaven",
    "Saltmarrow",
    "Thistleton",
    "Umberfield",
    "Vellwater",
    "Willowscar",
    "Yarrowgate",
    "Ashenholm",
    "Birchendale",
    "Copperwick",
    "Dewhurstle",
    "Emberley Cross",
    "Foxglove Bay",
    "Greywether",
    "Hollinmere",
    "Ivelstoke",
    "Kingfisher Reach",
    "Lowenfell",
    "Marlstone",
    "Northwisp",
    "Otterbourne Vale",
    "Plumtree Sands",
    "Ravenscoe",
];

/// What a practice calls itself after its place.
pub(super) const PRACTICES: [&str; 16] = [
    "Surgery",
    "Health Centre",
    "Medical Practice",
    "Family Practice",
    "Mill Lane Surgery",
    "Station Road Practice",
    "Riverside Practice",
    "Old School Surgery",
    "Market Square Practice",
    "Orchard Surgery",
    "Bridge Street Surgery",
    "Meadow Health Centre",
    "Church Walk Practice",
    "Hilltop Surgery",
    "Harbour Practice",
    "Windmill Surgery",
];

/// Kinds of trust with the end of their names.
pub(super) const TRUSTS: [(&str, &str); 5] = [
    ("acute", "Hospitals Trust"),
    ("acute", "General Hospital Trust"),
    ("community", "Community Trust"),
    ("acute", "University Hospital Trust"),
    ("mental health", "Mental Health Trust"),
];
