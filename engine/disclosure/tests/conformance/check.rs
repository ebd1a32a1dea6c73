//! Runs the engine's functions on vectors and says where something else comes out.

use std::collections::BTreeMap;

use tresor_disclosure::table::{Cell, Screening, Standing, Table as Cells, lines, screen};
use tresor_disclosure::{
    ByPlan, NoiseSecret, Profile, Reason, estimable, mean_of, persons, persons_in, quantile, rows,
    sum,
};

use crate::expected::{Expected, Found};
use crate::input::{cell, one_each, rows as rows_of, spread, totals, written};
use crate::shelf::{Tables, profile};
use crate::vectors::{Chance, Changed, Magnitude, Noise, Table, Vectors};

const SECRET: NoiseSecret = NoiseSecret::new([11; 32]);

/// Everything that differs, as `profile: in -> expected, got`.
pub(crate) fn differences(vectors: &Vectors, text: &str, ptables: &Tables) -> Vec<String> {
    let shipped = profile(text, ptables);
    let mut check = Check {
        id: shipped.id.clone(),
        profile: shipped,
        says: vectors.says.clone(),
        found: vec![],
    };
    assert!(!vectors.source.trim().is_empty() && !vectors.says.trim().is_empty(), "{}", check.id);
    check.persons(&vectors.persons);
    check.estimates(&vectors.estimates);
    check.sums(&vectors.sums);
    check.magnitudes(vectors);
    vectors.tables.iter().for_each(|table| check.table(table));
    vectors.chances.iter().for_each(|chance| check.chance(chance));
    vectors.noise.iter().for_each(|noise| check.noise(noise));
    if !vectors.national.is_empty() {
        let profile = check.profile.national();
        check.under(profile).persons(&vectors.national);
    }
    for Changed { says, with, persons, sums } in &vectors.changed {
        let mut table: toml::Table = toml::from_str(text).unwrap();
        table.extend(with.clone());
        let changed = profile(&toml::to_string(&table).unwrap(), ptables);
        assert_eq!(changed.validate(), Ok(()), "{}: {says}", check.id);
        check.about(says);
        check.under(changed).persons(persons);
        check.sums(sums);
    }
    check.found
}

struct Check {
    id: String,
    profile: Profile,
    /// What the vectors at hand show.
    says: String,
    found: Vec<String>,
}

impl Check {
    fn about(&mut self, says: &str) {
        says.clone_into(&mut self.says);
    }

    fn under(&mut self, profile: Profile) -> &mut Self {
        self.profile = profile;
        self
    }

    fn differs(&mut self, input: &str, expected: &str, found: &str) {
        let Self { id, says, .. } = self;
        self.found.push(format!("{id}: {input} -> expected {expected}, got {found} ({says})"));
    }

    fn expect(&mut self, input: &str, expected: &Expected, found: Found) {
        if !expected.fits(&found) {
            self.differs(input, &expected.to_string(), &found.to_string());
        }
    }

    fn persons(&mut self, vectors: &[(u64, Expected)]) {
        for (number, expected) in vectors {
            let input = format!("{number} persons");
            let ask = |key| Found::from(persons(&self.profile, &SECRET, &cell(*number, key)));
            let told = [0, 1, 2, 0].map(ask);
            if told[0] != told[3] {
                self.differs(&input, "the same as before", &told[3].to_string());
            }
            // Whoever they are.
            let other = told.into_iter().find(|told| !expected.fits(told));
            self.expect(&input, expected, other.unwrap_or(told[0]));
        }
    }

    fn sums(&mut self, vectors: &[Magnitude]) {
        for vector in vectors {
            self.about(&vector.says);
            let told = sum(&self.profile, &SECRET, "sum", &totals(&vector.of));
            self.expect(&format!("sum of {}", written(&vector.of)), &vector.out, told.into());
        }
    }

    fn estimates(&mut self, vectors: &[(u64, u64, String)]) {
        for (persons, estimates, expected) in vectors {
            let told = estimable(&self.profile, &SECRET, &cell(*persons, 1), *estimates);
            let found = told.map_or_else(Reason::as_str, |()| "enough");
            if found != expected {
                self.differs(&format!("{estimates} of {persons} persons"), expected, found);
            }
        }
    }

    fn magnitudes(&mut self, vectors: &Vectors) {
        let profile = self.profile.clone();
        for vector in &vectors.rows {
            self.about(&vector.says);
            let told = rows(&profile, &SECRET, "rows", &rows_of(&vector.of));
            self.expect(&format!("rows of {}", written(&vector.of)), &vector.out, told.into());
        }
        for vector in &vectors.means {
            self.about(&vector.says);
            let c = totals(&vector.of);
            let sum = sum(&profile, &SECRET, "sum", &c);
            let rows = rows(&profile, &SECRET, "rows", &one_each(&vector.of));
            let told = Found::scaled(mean_of(&profile, sum, rows, &c, 1), 1);
            self.expect(&format!("mean of {}", written(&vector.of)), &vector.out, told);
        }
        for vector in &vectors.quantiles {
            self.about(&vector.says);
            let (spread, bins) = spread(&vector.of);
            let (c, share) = (one_each(&vector.of), vector.percent * 10_000);
            let told = quantile(&profile, &SECRET, &c, &spread, bins, share, true);
            let input = format!("{} % quantile of {}", vector.percent, written(&vector.of));
            self.expect(&input, &vector.out, told.into());
        }
    }

    /// Judges the table, then each cell that the table leaves open, as the engine does.
    fn table(&mut self, vector: &Table) {
        self.about(&vector.says);
        let input = format!("table {:?}", vector.cells);
        let Screening { cells, warnings } = screened(&self.profile, &vector.cells);
        let numbers: Vec<u64> = vector.cells.iter().flatten().copied().collect();
        let expected = vector.out.iter().enumerate().flat_map(|(row, cells)| {
            cells.iter().enumerate().map(move |(column, cell)| (row + 1, column + 1, cell))
        });
        for (at, ((row, column, expected), standing)) in expected.zip(cells).enumerate() {
            let found = match standing {
                Standing::Withheld(reason) => Found::Withheld(reason),
                Standing::Empty | Standing::Structural => Found::Shown(0.0),
                Standing::Open => {
                    persons(&self.profile, &SECRET, &cell(numbers[at], at as u64)).into()
                }
            };
            self.expect(&format!("{input}, row {row}, column {column}"), expected, found);
        }
        match (vector.warns, warnings.is_empty()) {
            (true, true) => self.differs(&input, "a warning", "none"),
            (false, false) => self.differs(&input, "no warning", "one"),
            (true, false) | (false, true) => {}
        }
    }

    fn chance(&mut self, chance: &Chance) {
        self.about(&chance.says);
        let mut told: BTreeMap<String, u64> = BTreeMap::new();
        for key in 0..chance.keys {
            let found: Found = persons(&self.profile, &SECRET, &cell(chance.persons, key)).into();
            *told.entry(found.to_string()).or_default() += 1;
        }
        let input = format!("{} persons, {} keys", chance.persons, chance.keys);
        for (expected, share) in &chance.shares {
            let seen = told.remove(&expected.to_string()).unwrap_or(0) as f64 / chance.keys as f64;
            // Five standard errors: one false alarm in about two million.
            let reach = 5.0 * (share * (1.0 - share) / chance.keys as f64).sqrt();
            if (seen - share).abs() > reach {
                let expected = format!("{expected} in {:.1} %", 100.0 * share);
                self.differs(&input, &expected, &format!("{:.1} %", 100.0 * seen));
            }
        }
        if let Some(other) = told.keys().next().cloned() {
            self.differs(&input, "no other number", &other);
        }
    }

    fn noise(&mut self, noise: &Noise) {
        self.about(&noise.says);
        let plan = ByPlan { grouped: noise.grouped, ..ByPlan::default() };
        let input = format!("{} persons, {} keys", noise.persons, noise.keys);
        let told: Result<Vec<f64>, Reason> = (0..noise.keys)
            .map(|key| {
                let cell = cell(noise.persons, key);
                match Found::from(persons_in(&self.profile, &SECRET, &cell, plan)) {
                    Found::Shown(number) => Ok(number),
                    Found::Withheld(reason) => Err(reason),
                }
            })
            .collect();
        let told = match told {
            Ok(told) => told,
            Err(reason) => return self.differs(&input, "numbers", reason.as_str()),
        };
        let n = told.len() as f64;
        let mean = told.iter().sum::<f64>() / n;
        let variance = told.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        // Five standard errors, of a variance with the kurtosis of a two-sided geometric.
        let (of_mean, of_variance) = (5.0 * noise.sd / n.sqrt(), 5.0 * (5.0 / n).sqrt());
        if (mean - noise.mean).abs() > of_mean {
            self.differs(&input, &format!("a mean of {}", noise.mean), &format!("{mean:.3}"));
        }
        if (variance / noise.sd.powi(2) - 1.0).abs() > of_variance {
            let expected = format!("a standard deviation of {}", noise.sd);
            self.differs(&input, &expected, &format!("{:.3}", variance.sqrt()));
        }
        for number in noise.never.iter().filter(|number| told.contains(&(**number as f64))) {
            self.differs(&input, &format!("never {number}"), "it");
        }
    }
}

fn screened(profile: &Profile, rows: &[Vec<u64>]) -> Screening {
    let cells: Vec<Cell> =
        rows.iter().flatten().map(|persons| Cell::listed(*persons, *persons)).collect();
    let keys: Vec<Vec<u32>> = (0..)
        .zip(rows)
        .flat_map(|(row, cells)| (0..).zip(cells).map(move |(column, _)| vec![row, column]))
        .collect();
    let lines = lines(&cells, &keys, &[None, None]);
    screen(profile, &SECRET, &Cells { cells: &cells, lines: &lines })
}
