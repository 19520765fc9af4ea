//! Records, built again by the program of today.

use super::by_name::Registry;
use super::catalog::{CatalogEntry, catalog};
use crate::build::{BuildError, Interface, Problem};
use crate::error::ProblemKind;
use crate::identity::{
    Arguments, ComponentInfo, Difference, Entity, Hash, Metadata, Registered, diff,
};
use crate::json::Value;
use std::collections::HashMap;

impl Metadata {
    /// Builds the component that this is the record of, with the identity that it had.
    ///
    /// A record under a name or with parameters that have another name by now, which is their
    /// `alias`, is built under today's names.
    ///
    /// A parameter with `skip_default` that has another default by now is built with the value that it
    /// had, and what is built keeps the recorded hash.
    ///
    /// # Errors
    ///
    /// As for [`Registry::build`]; and where the program of today gives what is built another
    /// identity, with each difference: a parameter that was added, a type that writes its values
    /// differently. [`build_changed`](Self::build_changed) accepts that.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "derive")] {
    /// use registry_core::{DefaultRegistry, Entity, Metadata};
    ///
    /// #[derive(Entity)]
    /// #[register(alias = "NAdam")]
    /// struct Nadam {
    ///     #[register(alias = "rate")]
    ///     lr: f64,
    ///     #[register(default = 0.9)] // was added since
    ///     beta1: f64,
    /// }
    ///
    /// let optimizers = DefaultRegistry::new().with::<Nadam>().unwrap();
    /// let record = Nadam { lr: 0.1, beta1: 0.9 }.metadata().unwrap();
    /// assert_eq!(record.build(&optimizers, &()).unwrap().hash(), record.hash);
    ///
    /// let old = Metadata { arguments: r#"{"rate": 0.1}"#.parse().unwrap(), ..record };
    /// let error = old.build(&optimizers, &()).unwrap_err();
    /// assert!(error.to_string().contains("beta1: the record has nothing, the program of today 0.9"));
    /// assert_eq!(old.build_changed(&optimizers, &()).unwrap().name(), "Nadam");
    /// # }
    /// ```
    pub fn build<I: Interface + ?Sized>(
        &self,
        registry: &Registry<I>,
        context: &I::Context<'_>,
    ) -> Result<Registered<Box<I>>, BuildError> {
        let mut built = self.build_changed(registry, context)?;
        let own = registry.get(&self.name);
        let differences = self.differences(&built, own);
        if !differences.is_empty() && self.is_exactly(&built, own) {
            Registered::set_hash(&mut built, self.hash.clone());
            return Ok(built);
        }
        let mut problems: Vec<_> = differences.iter().map(changed).collect();
        // Once is enough.
        for problem in problems.iter_mut().rev().skip(1) {
            problem.hint = None;
        }
        if !problems.is_empty() {
            return Err(BuildError {
                name: Some(self.name.clone()),
                problems,
            });
        }
        if self.hash.scheme() != built.hash().scheme() {
            // It was set, and only whoever set it can compute it.
            Registered::set_hash(&mut built, self.hash.clone());
        }
        Ok(built)
    }

    /// Builds the component that this is the record of, whatever identity it has in the program of
    /// today.
    ///
    /// # Errors
    ///
    /// As for [`Registry::build`].
    pub fn build_changed<I: Interface + ?Sized>(
        &self,
        registry: &Registry<I>,
        context: &I::Context<'_>,
    ) -> Result<Registered<Box<I>>, BuildError> {
        registry.build(&self.name, self.exact_arguments(), context)
    }

    /// Whether `built` has every argument that this record kept, so that it differs only in which of
    /// them are left out of identity: another default of a parameter with `skip_default`.
    fn is_exactly(&self, built: &dyn Entity, own: Option<&'static ComponentInfo>) -> bool {
        let today = Names::linked(own).today(self, Some(&built.arguments()));
        let now = built.metadata();
        Hash::of(self) == self.hash
            && now.is_ok_and(|now| today.exact_arguments() == now.exact_arguments())
    }

    /// In what `built` is another component than this record says. Names that changed are none.
    fn differences(
        &self,
        built: &dyn Entity,
        own: Option<&'static ComponentInfo>,
    ) -> Vec<Difference> {
        if self.name == built.name() && self.arguments == built.arguments() {
            let (recorded, now) = (&self.hash, built.hash());
            if recorded.scheme() != now.scheme() || *recorded == now {
                return Vec::new();
            }
            return vec![Difference {
                path: "hash".to_owned(),
                left: Value::of(recorded.as_str()).ok(),
                right: Value::of(now.as_str()).ok(),
            }];
        }
        let today = Names::linked(own).today(self, Some(&built.arguments()));
        let mut differences = diff(&today, built);
        let arguments = built.arguments();
        if differences.is_empty() && today.arguments != arguments {
            differences.push(Difference {
                path: "arguments".to_owned(),
                left: Value::of(&today.arguments).ok(),
                right: Value::of(&arguments).ok(),
            });
        }
        differences
    }
}

fn changed(difference: &Difference) -> Problem {
    let side = |value: &Option<Value>| {
        value
            .as_ref()
            .map_or_else(|| "nothing".to_owned(), Value::to_string)
    };
    let message = format!(
        "the record has {}, the program of today {}",
        side(&difference.left),
        side(&difference.right)
    );
    let mut problem = Problem::new(ProblemKind::Changed, message).with_hint(
        "it would have another hash: give the record its meaning back (`alias`, `skip_default`), or \
         accept it with `build_changed`",
    );
    problem.path.clone_from(&difference.path);
    problem
}

/// The components that are linked into the program, by the names that they have and had.
pub struct Names {
    components: HashMap<&'static str, Vec<CatalogEntry>>,
}

impl Names {
    /// Those of all registries; and `own` before them, which may be in a registry of its own.
    pub fn linked(own: Option<&'static ComponentInfo>) -> Self {
        let mut components: HashMap<_, Vec<CatalogEntry>> = HashMap::new();
        let own = own.map(|item| CatalogEntry {
            registry: "",
            module: "",
            item,
        });
        let entries: Vec<_> = own.into_iter().chain(catalog()).collect();
        for entry in &entries {
            components.entry(entry.item.name).or_default().push(*entry);
        }
        // What has a name comes before what had it; `own` is what was asked for under any name.
        for (index, entry) in entries.iter().enumerate() {
            for alias in entry.item.aliases {
                let named = components.entry(alias).or_default();
                if index == 0 && entry.registry.is_empty() {
                    named.insert(0, *entry);
                } else {
                    named.push(*entry);
                }
            }
        }
        Self { components }
    }

    /// The components that have, or had, this name.
    pub fn named(&self, name: &str) -> &[CatalogEntry] {
        self.components.get(name).map_or(&[], Vec::as_slice)
    }

    /// A record under the names of today; its hash stays. `now` is what was built from it, if
    /// anything was: it tells which texts are names of components.
    pub fn today(&self, record: &Metadata, now: Option<&Arguments>) -> Metadata {
        let Some(entry) = self.named(&record.name).first() else {
            return record.clone();
        };
        let rename = |arguments: &Arguments| self.rename(arguments, entry.item, now);
        Metadata {
            name: entry.item.name.to_owned(),
            arguments: rename(&record.arguments),
            exact: record.exact.as_ref().map(rename),
            ..record.clone()
        }
    }

    fn rename(
        &self,
        arguments: &Arguments,
        item: &ComponentInfo,
        now: Option<&Arguments>,
    ) -> Arguments {
        let renamed = arguments.iter().map(|(name, value)| {
            let mut parameters = item.signature.parameters().iter();
            match parameters.find(|it| it.is_named(name)) {
                Some(it) => {
                    let now = now.and_then(|now| now.get(it.name));
                    (it.name, self.rename_value(value, it.type_name, now))
                }
                None => (name, value.clone()),
            }
        });
        renamed.collect()
    }

    /// A value inside the arguments, with each component in it under its name of today.
    fn rename_value(&self, value: &Value, type_name: &str, now: Option<&Value>) -> Value {
        if let Some((name, arguments)) = reference(value) {
            let plain = value.as_str().starts_with('"');
            let built = now.and_then(reference);
            let entry = self.named(&name).iter().find(|entry| match &built {
                Some((built, _)) => *built == entry.item.name,
                // Any text may be the name of a component by chance.
                None => !plain || is_named_in(entry, type_name),
            });
            let now = built.as_ref().map(|(_, arguments)| arguments);
            return match entry {
                Some(entry) => refer(entry.item.name, &self.rename(&arguments, entry.item, now)),
                None => value.clone(),
            };
        }
        if let Some(members) = value.members() {
            let members = members.into_iter().map(|(key, value)| {
                let now = now.and_then(|now| now.get(&key));
                let value = self.rename_value(&value, type_name, now.as_ref());
                (key, value)
            });
            return Value::of(&members.collect::<Arguments>()).unwrap_or_else(|_| value.clone());
        }
        if let Some(elements) = value.elements() {
            let mut now = now
                .and_then(Value::elements)
                .unwrap_or_default()
                .into_iter();
            let elements: Vec<_> = elements
                .iter()
                .map(|element| self.rename_value(element, type_name, now.next().as_ref()))
                .collect();
            return Value::of(&elements).unwrap_or_else(|_| value.clone());
        }
        value.clone()
    }
}

/// The name and the arguments of a component inside an argument.
pub fn reference(value: &Value) -> Option<(String, Arguments)> {
    if let Ok(name) = value.to::<String>() {
        return Some((name, Arguments::default()));
    }
    let [(name_key, name), (arguments_key, arguments)] = value.members()?.try_into().ok()?;
    if name_key != "name" || arguments_key != "arguments" {
        return None;
    }
    Some((name.to().ok()?, arguments.as_str().parse().ok()?))
}

/// A component as it stands inside an argument.
pub fn refer(name: &str, arguments: &Arguments) -> Value {
    let name = Value::of(name).unwrap_or_else(|_| Value::from_canonical("null"));
    if arguments.is_empty() {
        return name;
    }
    let text = format!("{{\"name\": {name}, \"arguments\": {arguments}}}");
    Value::from_canonical(text)
}

/// Whether the text of a parameter's type names the type or the registry of a component.
pub fn is_named_in(entry: &CatalogEntry, type_name: &str) -> bool {
    let path = entry.item.type_name.split('<').next().unwrap_or_default();
    let own = path.rsplit("::").next().unwrap_or_default().trim();
    type_name
        .split(|character: char| character != '_' && !character.is_alphanumeric())
        .any(|word| word == own || word == entry.registry)
}
