//! YAML as a tree. Anchors and tags mean nothing in the files read here; an alias stands for nothing.

use saphyr_parser::{Event, Parser, StrInput};
use serde_json::{Map, Value};

/// How deep a file may be nested.
const DEPTH: usize = 32;

/// Reads the first document of a text.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    let mut reader = Reader(Parser::new_from_str(text));
    loop {
        match reader.next()? {
            Event::StreamStart | Event::DocumentStart(_) => {}
            Event::StreamEnd => return Ok(Value::Null),
            event => return reader.value(event, 0),
        }
    }
}

/// Returns the texts of a list, or the one text that stands for it.
pub(super) fn texts(value: &Value) -> Vec<String> {
    let list = value
        .as_array()
        .map_or(std::slice::from_ref(value), Vec::as_slice);
    let texts = list.iter().filter_map(Value::as_str);
    texts.map(str::to_owned).collect()
}

struct Reader<'t>(Parser<'t, StrInput<'t>>);

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Event<'t>, String> {
        match self.0.next_event() {
            None => Ok(Event::StreamEnd),
            Some(Ok((event, _))) => Ok(event),
            Some(Err(error)) => Err(error.to_string()),
        }
    }

    fn value(&mut self, event: Event<'t>, depth: usize) -> Result<Value, String> {
        if depth > DEPTH {
            return Err("nested too deeply".to_owned());
        }
        match event {
            Event::Scalar(text, ..) => Ok(Value::String(text.to_string())),
            Event::SequenceStart(..) => {
                let mut list = Vec::new();
                loop {
                    match self.next()? {
                        Event::SequenceEnd => return Ok(Value::Array(list)),
                        Event::StreamEnd => return Err("the text ends too early".to_owned()),
                        event => list.push(self.value(event, depth + 1)?),
                    }
                }
            }
            Event::MappingStart(..) => {
                let mut map = Map::new();
                loop {
                    let key = match self.next()? {
                        Event::MappingEnd => return Ok(Value::Object(map)),
                        Event::StreamEnd => return Err("the text ends too early".to_owned()),
                        event => self.value(event, depth + 1)?,
                    };
                    let event = self.next()?;
                    let value = self.value(event, depth + 1)?;
                    if let Value::String(key) = key {
                        map.insert(key, value);
                    }
                }
            }
            _ => Ok(Value::Null),
        }
    }
}
