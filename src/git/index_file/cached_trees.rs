//! The ids of trees that the index remembers for its directories.
//!
//! git writes these very ids into the commit, so an id here says what will be committed. A directory whose
//! content changed since has no id. The extension is optional: one that is damaged counts as absent.

use std::collections::HashMap;
use std::ops::Range;

use crate::input::ObjectId;

#[derive(Debug)]
struct Node {
    name: Vec<u8>,
    /// The number of entries below, and the id of the tree; nothing if the directory changed since.
    tree: Option<(usize, ObjectId)>,
    /// The node behind the last one inside this.
    end: usize,
}

/// The remembered trees: each node is followed by the nodes inside it.
#[derive(Debug, Default)]
pub(super) struct CachedTrees {
    nodes: Vec<Node>,
}

impl CachedTrees {
    /// Reads the content of the extension.
    pub(super) fn parse(bytes: &[u8], width: usize) -> Self {
        read_nodes(bytes, width)
            .map(|nodes| Self { nodes })
            .unwrap_or_default()
    }

    /// Returns the node of the root directory.
    pub(super) fn root(&self) -> Option<usize> {
        (!self.nodes.is_empty()).then_some(0)
    }

    /// Returns the number of entries below a node, if it is still valid.
    pub(super) fn count(&self, node: usize) -> Option<usize> {
        self.nodes[node].tree.map(|(count, _)| count)
    }

    /// Returns the id of a node's tree, if it is still valid.
    pub(super) fn tree_id(&self, node: usize) -> Option<ObjectId> {
        self.nodes[node].tree.map(|(_, id)| id)
    }

    /// Returns the nodes directly inside a node, by name.
    pub(super) fn children(&self, node: Option<usize>) -> HashMap<&[u8], usize> {
        let mut children = HashMap::new();
        let Some(node) = node else { return children };
        let mut at = node + 1;
        while at < self.nodes[node].end {
            children.insert(self.nodes[at].name.as_slice(), at);
            at = self.nodes[at].end;
        }
        children
    }
}

/// Reads all nodes, or nothing if one is malformed.
fn read_nodes(mut bytes: &[u8], width: usize) -> Option<Vec<Node>> {
    let mut nodes: Vec<Node> = Vec::new();
    // Nodes whose insides are being read, each with the number of nodes still to come directly inside.
    let mut open: Vec<(usize, usize)> = Vec::new();
    while nodes.is_empty() || !open.is_empty() {
        let (node, inside, length) = read_node(bytes, width)?;
        bytes = &bytes[length..];
        nodes.push(node);
        open.push((nodes.len() - 1, inside));
        while let Some(&(node, 0)) = open.last() {
            nodes[node].end = nodes.len();
            open.pop();
            if let Some((_, rest)) = open.last_mut() {
                *rest -= 1;
            }
        }
    }
    bytes.is_empty().then_some(nodes)
}

/// Reads `name NUL count SP inside LF`, and the id behind it if the count says that there is one.
fn read_node(bytes: &[u8], width: usize) -> Option<(Node, usize, usize)> {
    let (name, at) = field(bytes, 0, 0)?;
    let (count, at) = field(bytes, at, b' ')?;
    let (inside, at) = field(bytes, at, b'\n')?;
    let text = |range: Range<usize>| std::str::from_utf8(&bytes[range]).ok();
    let count: i64 = text(count)?.parse().ok()?;
    let inside = text(inside)?.parse().ok()?;
    let mut node = Node {
        name: bytes[name].to_vec(),
        tree: None,
        end: 0,
    };
    let Ok(count) = usize::try_from(count) else {
        return Some((node, inside, at));
    };
    node.tree = Some((count, ObjectId::from_bytes(bytes.get(at..at + width)?)?));
    Some((node, inside, at + width))
}

/// Returns the bytes up to a delimiter, and the position behind it.
fn field(bytes: &[u8], start: usize, delimiter: u8) -> Option<(Range<usize>, usize)> {
    let length = memchr::memchr(delimiter, bytes.get(start..)?)?;
    Some((start..start + length, start + length + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_nest_and_changed_ones_have_no_id() {
        let id = [7; 20];
        let bytes = [
            &b"\0-1 2\n"[..],
            b"a\x003 1\n",
            &id,
            b"x\x001 0\n",
            &id,
            b"b\x00-1 0\n",
        ]
        .concat();
        let trees = CachedTrees::parse(&bytes, 20);
        let root = trees.children(trees.root());
        assert_eq!((root[&b"a"[..]], root[&b"b"[..]]), (1, 3));
        assert_eq!((trees.count(1), trees.count(3)), (Some(3), None));
        assert_eq!(trees.children(Some(1))[&b"x"[..]], 2);
        assert_eq!(trees.tree_id(2), ObjectId::from_bytes(&id));
    }

    #[test]
    fn a_damaged_extension_counts_as_absent() {
        for bytes in [
            &b""[..],
            b"\0",
            b"\x001 0\nshort",
            b"\x00-1 1\n",
            b"\x00-1 0\nmore",
            b"\x00x y\n",
        ] {
            assert_eq!(CachedTrees::parse(bytes, 20).root(), None, "{bytes:?}");
        }
    }
}
