//! Reads the fields of a JSON object one by one and remembers what was wrong, with the
//! path of the field, and which fields nobody asked for.
//!
//! Serde's derived readers stop at the first fault and do not tell its path; a rule
//! file's author wants all of them, each with its place.

use serde_json::{Map, Value};

/// Something wrong with one field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Fault {
    /// JSON path from the record's root.
    pub(super) field: String,
    /// What is wrong.
    pub(super) reason: String,
    /// What would be right.
    pub(super) remedy: String,
    /// Whether nothing but an unknown name is wrong with it.
    pub(super) unknown: bool,
}

/// A cursor over one JSON object.
pub(super) struct Fields<'v, 'f> {
    map: &'v Map<String, Value>,
    path: String,
    asked: Vec<&'static str>,
    faults: &'f mut Vec<Fault>,
}

impl<'v, 'f> Fields<'v, 'f> {
    /// A cursor over `map`, whose own path is `path` (empty at the root).
    pub(super) fn new(map: &'v Map<String, Value>, path: String, faults: &'f mut Vec<Fault>) -> Self {
        Self { map, path, asked: Vec::new(), faults }
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn wrong_type(&mut self, name: &str, value: &Value, wanted: &str) {
        let field = self.path_of(name);
        wrong_type(self.faults, field, value, wanted);
    }

    /// Notes a fault of a field whose type is right.
    pub(super) fn fault(&mut self, name: &str, reason: String, remedy: String) {
        let field = self.path_of(name);
        self.faults.push(Fault { field, reason, remedy, unknown: false });
    }

    /// The field's value; `null` counts as absent.
    pub(super) fn value(&mut self, name: &'static str) -> Option<&'v Value> {
        self.asked.push(name);
        self.map.get(name).filter(|v| !v.is_null())
    }

    /// Whether the field is there, be it `null`.
    pub(super) fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    /// A text field.
    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        match self.value(name)? {
            Value::String(text) => Some(text.clone()),
            // Some records write `"resolvable": true` where others write `"true"`.
            Value::Bool(flag) => Some(flag.to_string()),
            other => {
                self.wrong_type(name, other, "a text");
                None
            }
        }
    }

    /// A rate or a degree of belief, 0 to 1.
    pub(super) fn share(&mut self, name: &'static str) -> Option<f64> {
        let value = self.value(name)?;
        match value.as_f64() {
            Some(share) if (0.0..=1.0).contains(&share) => Some(share),
            Some(share) => {
                self.fault(name, format!("is {share}"), "a share is a number from 0 to 1".to_owned());
                None
            }
            None => {
                self.wrong_type(name, value, "a number from 0 to 1");
                None
            }
        }
    }

    /// A count.
    pub(super) fn count(&mut self, name: &'static str) -> Option<u64> {
        let value = self.value(name)?;
        if value.as_u64().is_none() {
            self.wrong_type(name, value, "a whole number, 0 or above");
        }
        value.as_u64()
    }

    /// A list of texts.
    pub(super) fn texts(&mut self, name: &'static str) -> Vec<String> {
        let mut out = Vec::new();
        for (path, item) in self.items(name) {
            match item {
                Value::String(text) => out.push(text.clone()),
                other => wrong_type(self.faults, path, other, "a text"),
            }
        }
        out
    }

    /// A list whose items may be anything, with the path of each.
    pub(super) fn items(&mut self, name: &'static str) -> Vec<(String, &'v Value)> {
        let path = self.path_of(name);
        match self.value(name) {
            None => Vec::new(),
            Some(Value::Array(items)) => {
                items.iter().enumerate().map(|(i, item)| (format!("{path}[{i}]"), item)).collect()
            }
            Some(other) => {
                self.wrong_type(name, other, "a list");
                Vec::new()
            }
        }
    }

    /// A list of objects; each is read with a cursor of its own.
    pub(super) fn objects<T>(&mut self, name: &'static str, read: fn(&mut Fields<'v, '_>) -> T) -> Vec<T> {
        let mut out = Vec::new();
        for (path, item) in self.items(name) {
            match item {
                Value::Object(map) => {
                    let mut fields = Fields::new(map, path, self.faults);
                    out.push(read(&mut fields));
                    fields.finish();
                }
                other => wrong_type(self.faults, path, other, "an object"),
            }
        }
        out
    }

    /// An object, read with a cursor of its own.
    pub(super) fn object<T: Default>(&mut self, name: &'static str, read: fn(&mut Fields<'v, '_>) -> T) -> T {
        let path = self.path_of(name);
        match self.value(name) {
            None => T::default(),
            Some(Value::Object(map)) => {
                let mut fields = Fields::new(map, path, self.faults);
                let out = read(&mut fields);
                fields.finish();
                out
            }
            Some(other) => {
                self.wrong_type(name, other, "an object");
                T::default()
            }
        }
    }

    /// A field that the dialect knows and this program has no use for.
    pub(super) fn skip(&mut self, names: &[&'static str]) {
        self.asked.extend_from_slice(names);
    }

    /// The list that collects faults, for items read by hand.
    pub(super) fn faults(&mut self) -> &mut Vec<Fault> {
        self.faults
    }

    /// Notes every field that nobody asked for.
    pub(super) fn finish(self) {
        for name in self.map.keys() {
            if !self.asked.contains(&name.as_str()) {
                let near = nearest(name, &self.asked);
                let field = self.path_of(name);
                let remedy = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "remove it, or check its spelling".to_owned(),
                };
                self.faults.push(Fault {
                    field,
                    reason: "is no field of a rule".to_owned(),
                    remedy,
                    unknown: true,
                });
            }
        }
    }
}

/// Notes that a value is not of the wanted type.
pub(super) fn wrong_type(faults: &mut Vec<Fault>, field: String, value: &Value, wanted: &str) {
    let got = match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    faults.push(Fault {
        field,
        reason: format!("is {got}"),
        remedy: format!("it must be {wanted}"),
        unknown: false,
    });
}

/// The name that a misspelt one most likely means.
pub(super) fn nearest<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    let score = |k: &&str| (strsim::jaro_winkler(name, k) * 1000.0) as u32;
    known.iter().copied().max_by_key(score).filter(|k| strsim::jaro_winkler(name, k) > 0.85)
}
