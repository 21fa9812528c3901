//! Who asks for whom in a lock file: which parts of the project want each package, and through which others.

use std::collections::VecDeque;

use super::entry::Part;

/// Parts behind this many share the last place; no project comes near it.
const MOST_PARTS: usize = 64;
/// A path longer than this is cut at its near end.
const LONGEST_PATH: usize = 16;

/// The packages of a lock file and what they depend on.
#[derive(Default)]
pub(super) struct Graph {
    nodes: Vec<Node>,
    parts: Vec<Part>,
    queue: VecDeque<usize>,
}

struct Node {
    name: String,
    needs: Vec<usize>,
    /// A bit for each part that wants the package.
    wanted: u64,
    /// The package through which it was first reached.
    reached_from: Option<usize>,
}

impl Graph {
    pub(super) fn add(&mut self, name: &str) -> usize {
        self.nodes.push(Node {
            name: name.to_owned(),
            needs: Vec::new(),
            wanted: 0,
            reached_from: None,
        });
        self.nodes.len() - 1
    }

    pub(super) fn needs(&mut self, package: usize, needed: usize) {
        self.nodes[package].needs.push(needed);
    }

    /// Says that a part of the project asks for a package.
    pub(super) fn wants(&mut self, part: &Part, package: usize) {
        let at = self.parts.iter().position(|known| known == part);
        let at = at.unwrap_or_else(|| {
            if self.parts.len() < MOST_PARTS {
                self.parts.push(part.clone());
            }
            self.parts.len() - 1
        });
        self.nodes[package].wanted |= 1 << at;
        self.queue.push_back(package);
    }

    /// Spreads what is wanted along the dependencies. Every package is visited once for each new part at most.
    pub(super) fn spread(&mut self) {
        while let Some(package) = self.queue.pop_front() {
            let wanted = self.nodes[package].wanted;
            for needed in self.nodes[package].needs.clone() {
                let node = &mut self.nodes[needed];
                if node.wanted | wanted == node.wanted {
                    continue;
                }
                // What a part asks for directly has been wanted from the start and keeps no path.
                if node.wanted == 0 {
                    node.reached_from = Some(package);
                }
                node.wanted |= wanted;
                self.queue.push_back(needed);
            }
        }
    }

    /// Returns whether any part asks for a package.
    pub(super) fn has_roots(&self) -> bool {
        !self.parts.is_empty()
    }

    /// Returns the packages that no other asks for.
    pub(super) fn unneeded(&self) -> Vec<usize> {
        let mut needed = vec![false; self.nodes.len()];
        for node in &self.nodes {
            for &other in &node.needs {
                needed[other] = true;
            }
        }
        (0..self.nodes.len())
            .filter(|&node| !needed[node])
            .collect()
    }

    /// Returns the parts that want one of several nodes.
    pub(super) fn parts(&self, nodes: &[usize]) -> Vec<Part> {
        let wanted = nodes
            .iter()
            .fold(0, |wanted, &node| wanted | self.nodes[node].wanted);
        let set = |at: &usize| wanted & (1 << at) != 0;
        (0..self.parts.len())
            .filter(set)
            .map(|at| self.parts[at].clone())
            .collect()
    }

    /// Returns the names of the packages through which one is wanted, the direct dependency first.
    pub(super) fn path(&self, package: usize) -> Vec<String> {
        let own = &self.nodes[package].name;
        let mut path: Vec<String> = Vec::new();
        let mut at = package;
        while let Some(from) = self.nodes[at].reached_from {
            let name = &self.nodes[from].name;
            if name != own && path.last() != Some(name) {
                path.push(name.clone());
            }
            if path.len() == LONGEST_PATH {
                break;
            }
            at = from;
        }
        path.reverse();
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_spread_along_dependencies_and_paths_lead_back() {
        let mut graph = Graph::default();
        let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| graph.add(name));
        for (from, to) in [(a, b), (b, c), (c, a), (d, c)] {
            graph.needs(from, to);
        }
        let dev = Part::Group("dev".to_owned());
        graph.wants(&Part::Main, a);
        graph.wants(&dev, d);
        graph.spread();
        assert_eq!(graph.parts(&[c]), [Part::Main, dev.clone()]);
        assert_eq!(graph.parts(&[d]), [dev]);
        assert_eq!(graph.path(a), [""; 0]);
        assert_eq!(graph.path(b), ["a"]);
        assert_eq!(graph.path(c), ["d"]);
        assert_eq!(graph.unneeded(), [d]);
    }
}
