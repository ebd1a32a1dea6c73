//! Output review: an answer leaves when two people who have nothing to do with it have released it.

mod attacks;
mod blind;
mod death;
mod face;
mod house;
mod life;
mod receipts;
