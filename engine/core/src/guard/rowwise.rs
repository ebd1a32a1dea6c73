//! Functions of our own that look at one row at a time and always have an answer or NULL.
//!
//! They take the place of functions that fail, overflow or grow. Each says of which type its answer is: the type of
//! what it replaces, because comparisons above were fitted to that.

use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray, StringViewArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, internal_err};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::scalar::ScalarValue;

/// What the names of our own functions begin with. Nobody but the guard can put one into a plan, because names in
/// SQL are looked up on the lists only.
pub(crate) const OWN: &str = "total_";

/// What a function of ours does with columns of equal length.
pub(super) trait RowWise:
    Debug + Clone + PartialEq + Eq + Hash + Send + Sync + 'static
{
    /// Its name in plans, after [`OWN`].
    fn name(&self) -> &'static str;

    /// One answer for each row, of this type. Must not fail because of a value.
    fn compute(&self, columns: &[ArrayRef], returns: &DataType) -> Result<ArrayRef>;
}

/// A call of a function of ours.
pub(super) fn call(function: impl RowWise, args: Vec<Expr>, returns: DataType) -> Expr {
    let signature = Signature::any(args.len(), Volatility::Immutable);
    let name = format!("{OWN}{}", function.name());
    let udf = ScalarUDF::new_from_impl(Function { name, function, returns, signature });
    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(udf), args))
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Function<F: RowWise> {
    name: String,
    function: F,
    returns: DataType,
    signature: Signature,
}

impl<F: RowWise> ScalarUDFImpl for Function<F> {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(self.returns.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let constant = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let columns = ColumnarValue::values_to_arrays(&args.args)?;
        let column = self.function.compute(&columns, &self.returns)?;
        if constant {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&column, 0)?));
        }
        Ok(ColumnarValue::Array(column))
    }
}

/// The texts of a column.
pub(super) fn texts(column: &ArrayRef) -> Result<Box<dyn Iterator<Item = Option<&str>> + '_>> {
    match column.data_type() {
        DataType::Utf8View => Ok(Box::new(column.as_string_view().iter())),
        DataType::Utf8 => Ok(Box::new(column.as_string::<i32>().iter())),
        DataType::Null => Ok(Box::new((0..column.len()).map(|_| None))),
        _ => internal_err!("a column of texts that holds something else"),
    }
}

/// A column of texts of the wanted type.
pub(super) fn text_column(
    texts: impl Iterator<Item = Option<String>>,
    returns: &DataType,
) -> Result<ArrayRef> {
    match returns {
        DataType::Utf8View => Ok(Arc::new(texts.collect::<StringViewArray>())),
        DataType::Utf8 => Ok(Arc::new(texts.collect::<StringArray>())),
        _ => internal_err!("texts where something else is wanted"),
    }
}
