//! Attackers who ask, whatever the engine lets them ask, and guess a secret: each is scored, against the release function
//! as it is shipped and against weaker ones that the same attack must beat.
//!
//! Worlds are invented, small and many. Answers come from the functions that the engine calls: condition trees, low-effect
//! removal, minimum, noise, rounding and earlier answers. Seeds are fixed, so a test passes always or never. With
//! `--nocapture` each test prints what it scored.

#[cfg(test)]
mod campaigns;
#[cfg(test)]
mod learned;
#[cfg(test)]
mod profiles;
#[cfg(test)]
mod reconstruction;
#[cfg(test)]
mod said;
#[cfg(test)]
mod score;
#[cfg(test)]
mod world;
