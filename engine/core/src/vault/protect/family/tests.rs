//! Whether what is left over tells a withheld cell.
