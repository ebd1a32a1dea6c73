mod attacks;
mod ordinary;
mod reading;
mod telling;
mod town;
