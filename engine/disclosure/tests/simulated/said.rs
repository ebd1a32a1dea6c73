//! Conditions as somebody writes them, numbered and with the layers of the predicates in them.

use tresor_disclosure::low_effect::{Child, Layer, Node};

use crate::world::{Question, layer};

/// Conditions; predicates have a number.
#[derive(Clone)]
pub(crate) enum Said {
    Is(u8),
    All(Vec<Said>),
    Any(Vec<Said>),
}

pub(crate) fn is(predicate: u8) -> Said {
    Said::Is(predicate)
}

pub(crate) fn all<const N: usize>(parts: [Said; N]) -> Said {
    Said::All(parts.into())
}

pub(crate) fn any<const N: usize>(parts: [Said; N]) -> Said {
    Said::Any(parts.into())
}

impl Said {
    /// The question how many there are. `atoms` says of each atom which predicates are true.
    pub(crate) fn asked_of(&self, atoms: &[u64]) -> Question {
        let whole = match self {
            Self::Is(_) | Self::Any(_) => Self::All(vec![self.clone()]),
            Self::All(_) => self.clone(),
        };
        let mut layers = Vec::new();
        let node = whole.numbered(&mut 0, &mut layers);
        Question::new(&node, atoms, &layers)
    }

    fn numbered(&self, next: &mut u8, layers: &mut Vec<(u8, Layer)>) -> Node {
        let mut children = |parts: &[Self]| {
            let mut children = Vec::new();
            for part in parts {
                let id = *next;
                *next += 1;
                if let Self::Is(predicate) = part {
                    layers.push((id, layer(usize::from(*predicate), "")));
                }
                children.push(Child { id, node: part.numbered(next, layers) });
            }
            children
        };
        match self {
            Self::Is(predicate) => Node::Leaf(*predicate),
            Self::All(parts) => Node::All(children(parts)),
            Self::Any(parts) => Node::Any(children(parts)),
        }
    }
}
