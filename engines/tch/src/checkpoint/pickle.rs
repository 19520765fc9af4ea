//! What Python's `torch.save` writes: a zip archive with a pickle, and a file for each storage.
//!
//! A pickle is a program for a stack machine. Here it makes nothing but dictionaries of tensors: no code
//! is run that a file brings.

use super::message;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::Read;
use std::rc::Rc;
use tch::{Kind, Tensor};
use zip::ZipArchive;
use zip::result::ZipError;

/// The tensors of a `state_dict`.
pub(super) fn read(file: File) -> Result<BTreeMap<String, Tensor>, String> {
    let no_archive = |error: ZipError| {
        format!("it is no archive of `torch.save`: {error}; save it with PyTorch 1.6 or newer")
    };
    let mut archive = Archive::open(ZipArchive::new(file).map_err(no_archive)?)?;
    let root = Machine::default().run(&archive.entry("data.pkl")?)?;
    let Value::Dict(entries) = root else {
        return Err(NO_STATE.to_owned());
    };
    let mut tensors = BTreeMap::new();
    for (key, value) in &*entries {
        let (Value::Text(name), Value::Tensor(tensor)) = (key, value) else {
            return Err(NO_STATE.to_owned());
        };
        tensors.insert(name.to_string(), tensor.build(&mut archive)?);
    }
    Ok(tensors)
}

const NO_STATE: &str =
    "it holds other things than named tensors; save `model.state_dict()`, and nothing around it";
const CUT: &str = "its pickle is cut off";

struct Archive {
    zip: ZipArchive<File>,
    /// The folder that everything is in.
    folder: String,
}

impl Archive {
    fn open(zip: ZipArchive<File>) -> Result<Self, String> {
        let folder = zip
            .file_names()
            .find_map(|name| name.strip_suffix("data.pkl"));
        let folder = folder.ok_or(NO_STATE)?.to_owned();
        let mut archive = Self { zip, folder };
        // Older versions of PyTorch do not say it.
        match archive.entry("byteorder") {
            Ok(order) if order != b"little" => Err("its numbers are big-endian".to_owned()),
            _ => Ok(archive),
        }
    }

    fn entry(&mut self, name: &str) -> Result<Vec<u8>, String> {
        let name = format!("{}{name}", self.folder);
        let mut bytes = Vec::new();
        let read = match self.zip.by_name(&name) {
            Ok(mut entry) => entry.read_to_end(&mut bytes).map_err(|it| it.to_string()),
            Err(error) => Err(error.to_string()),
        };
        read.map_err(|error| format!("`{name}` in it: {error}"))?;
        Ok(bytes)
    }
}

/// What stands on the stack. Copies share what they hold.
#[derive(Clone)]
enum Value {
    Text(Rc<str>),
    Number(i64),
    Tuple(Rc<Vec<Value>>),
    Dict(Rc<Vec<(Value, Value)>>),
    /// A class or a function.
    Global(Rc<str>),
    Storage {
        key: Rc<str>,
        kind: Kind,
    },
    Tensor(Rc<Layout>),
    /// Anything that is no part of a tensor.
    Other,
}

/// Where a tensor lies in its storage.
struct Layout {
    key: Rc<str>,
    kind: Kind,
    offset: i64,
    size: Vec<i64>,
    stride: Vec<i64>,
}

impl Layout {
    fn build(&self, archive: &mut Archive) -> Result<Tensor, String> {
        let bytes = archive.entry(&format!("data/{}", self.key))?;
        let count = bytes.len() / self.kind.elt_size_in_bytes();
        let count = i64::try_from(count).map_err(|error| error.to_string())?;
        let storage = Tensor::f_from_data_size(&bytes, &[count], self.kind).map_err(message)?;
        // It refuses what is outside of the storage.
        let (size, stride) = (self.size.as_slice(), self.stride.as_slice());
        storage
            .f_as_strided(size, stride, self.offset)
            .and_then(|view| view.f_contiguous())
            .map_err(message)
    }
}

#[derive(Default)]
struct Machine {
    stack: Vec<Value>,
    /// Where lists that are not yet closed begin.
    marks: Vec<usize>,
    memo: HashMap<u32, Value>,
}

impl Machine {
    fn run(mut self, program: &[u8]) -> Result<Value, String> {
        let mut rest = Program(program);
        loop {
            match rest.byte()? {
                b'.' => return self.pop(),
                // The version of the protocol.
                0x80 => {
                    rest.byte()?;
                }
                b'(' => self.marks.push(self.stack.len()),
                b'}' => self.stack.push(Value::Dict(Rc::default())),
                b')' => self.stack.push(Value::Tuple(Rc::default())),
                b'N' | 0x88 | 0x89 => self.stack.push(Value::Other),
                b'J' => self.number(rest.take(4)?),
                b'K' => self.number(&[rest.byte()?, 0]),
                b'M' => self.number(&[rest.take(2)?, &[0]].concat()),
                0x8a => {
                    let count = rest.byte()?.into();
                    self.number(rest.take(count)?);
                }
                b'X' => {
                    let length = rest.size(4)? as usize;
                    let text = String::from_utf8_lossy(rest.take(length)?);
                    self.stack.push(Value::Text(text.into()));
                }
                b'c' => {
                    let name = format!("{}.{}", rest.line()?, rest.line()?);
                    self.stack.push(Value::Global(name.into()));
                }
                b'q' => self.remember(rest.size(1)?)?,
                b'r' => self.remember(rest.size(4)?)?,
                b'h' => self.recall(rest.size(1)?)?,
                b'j' => self.recall(rest.size(4)?)?,
                code @ 0x85..=0x87 => {
                    let begin = self.stack.len().checked_sub(usize::from(code - 0x84));
                    self.tuple(begin)?;
                }
                b't' => {
                    let begin = self.marks.pop();
                    self.tuple(begin)?;
                }
                b's' => {
                    let begin = self.stack.len().checked_sub(2);
                    self.insert(begin)?;
                }
                b'u' => {
                    let begin = self.marks.pop();
                    self.insert(begin)?;
                }
                b'Q' => self.storage()?,
                b'R' => self.call()?,
                // What an object keeps besides: `_metadata` of a `state_dict`.
                b'b' => drop(self.pop()?),
                code => return Err(format!("its pickle has the code {code:#x}: {NO_STATE}")),
            }
        }
    }

    fn pop(&mut self) -> Result<Value, String> {
        self.stack.pop().ok_or_else(|| CUT.to_owned())
    }

    /// Takes off what begins at a place.
    fn take_from(&mut self, begin: Option<usize>) -> Result<Vec<Value>, String> {
        let begin = begin.filter(|begin| *begin <= self.stack.len());
        Ok(self.stack.split_off(begin.ok_or(CUT)?))
    }

    /// A whole number of a few bytes, the last of which has the sign.
    fn number(&mut self, bytes: &[u8]) {
        let is_negative = bytes.last().is_some_and(|last| *last >= 0x80);
        let mut whole = if is_negative { [0xff; 8] } else { [0; 8] };
        self.stack.push(match whole.get_mut(..bytes.len()) {
            Some(place) => {
                place.copy_from_slice(bytes);
                Value::Number(i64::from_le_bytes(whole))
            }
            None => Value::Other,
        });
    }

    fn remember(&mut self, at: u32) -> Result<(), String> {
        let value = self.stack.last().ok_or(CUT)?.clone();
        self.memo.insert(at, value);
        Ok(())
    }

    fn recall(&mut self, at: u32) -> Result<(), String> {
        let value = self.memo.get(&at).ok_or(CUT)?.clone();
        self.stack.push(value);
        Ok(())
    }

    fn tuple(&mut self, begin: Option<usize>) -> Result<(), String> {
        let items = self.take_from(begin)?;
        self.stack.push(Value::Tuple(items.into()));
        Ok(())
    }

    fn insert(&mut self, begin: Option<usize>) -> Result<(), String> {
        let mut items = self.take_from(begin)?.into_iter();
        if let Value::Dict(dict) = self.stack.last_mut().ok_or(CUT)? {
            while let (Some(key), Some(value)) = (items.next(), items.next()) {
                Rc::make_mut(dict).push((key, value));
            }
        }
        Ok(())
    }

    fn storage(&mut self) -> Result<(), String> {
        let Value::Tuple(parts) = self.pop()? else {
            return Err(NO_STATE.to_owned());
        };
        let [_, Value::Global(class), Value::Text(key), ..] = &parts[..] else {
            return Err(NO_STATE.to_owned());
        };
        let kind = match &**class {
            "torch.DoubleStorage" => Kind::Double,
            "torch.FloatStorage" => Kind::Float,
            "torch.HalfStorage" => Kind::Half,
            "torch.BFloat16Storage" => Kind::BFloat16,
            "torch.LongStorage" => Kind::Int64,
            "torch.IntStorage" => Kind::Int,
            "torch.ShortStorage" => Kind::Int16,
            "torch.CharStorage" => Kind::Int8,
            "torch.ByteStorage" => Kind::Uint8,
            "torch.BoolStorage" => Kind::Bool,
            other => return Err(format!("it holds a `{other}`, which cannot be read here")),
        };
        let key = key.clone();
        self.stack.push(Value::Storage { key, kind });
        Ok(())
    }

    /// The few functions that a `state_dict` is made with; what another would give is no tensor.
    fn call(&mut self) -> Result<(), String> {
        let (arguments, function) = (self.pop()?, self.pop()?);
        let made = match (&function, &arguments) {
            (Value::Global(name), Value::Tuple(arguments)) => match (&**name, &arguments[..]) {
                ("collections.OrderedDict", []) => Value::Dict(Rc::default()),
                ("torch._utils._rebuild_parameter", [tensor @ Value::Tensor(_), ..]) => {
                    tensor.clone()
                }
                (
                    "torch._utils._rebuild_tensor_v2",
                    [
                        Value::Storage { key, kind },
                        Value::Number(offset),
                        Value::Tuple(size),
                        Value::Tuple(stride),
                        ..,
                    ],
                ) => Value::Tensor(Rc::new(Layout {
                    key: key.clone(),
                    kind: *kind,
                    offset: *offset,
                    size: numbers(size),
                    stride: numbers(stride),
                })),
                _ => Value::Other,
            },
            _ => Value::Other,
        };
        self.stack.push(made);
        Ok(())
    }
}

fn numbers(list: &[Value]) -> Vec<i64> {
    let numbers = list.iter().filter_map(|value| match value {
        Value::Number(number) => Some(*number),
        _ => None,
    });
    numbers.collect()
}

/// What is left of a pickle.
struct Program<'p>(&'p [u8]);

impl<'p> Program<'p> {
    fn take(&mut self, count: usize) -> Result<&'p [u8], String> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(CUT)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, String> {
        Ok(self.take(1)?[0])
    }

    /// A size of a few bytes.
    fn size(&mut self, width: usize) -> Result<u32, String> {
        let bytes = self.take(width)?.iter().rev();
        Ok(bytes.fold(0, |size, byte| (size << 8) | u32::from(*byte)))
    }

    fn line(&mut self) -> Result<String, String> {
        let length = self.0.iter().position(|byte| *byte == b'\n').ok_or(CUT)?;
        let line = String::from_utf8_lossy(self.take(length)?).into_owned();
        self.byte()?;
        Ok(line)
    }
}
