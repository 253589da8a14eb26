//! Puts the modules of the pages together into one script, as browsers would load them one by one.
//!
//! Each module becomes a function that is called once, when the first module imports it, and answers what it exports: its
//! names stay its own, and modules begin in the order in which a browser begins them. Lines stay lines, under the name of
//! their module, so that the place of an error is found; those that are nothing but a comment are empty, which saves a
//! seventh of what is sent. Modules are written for this: an import is one line at the beginning of it, nothing that is
//! exported is assigned again, and no two import each other.
//!
//! Pages that few people open are in a second script, which is loaded when the first of them is gone to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// What stands before the modules. `load` is exported for those who look into a module from outside, as tests do.
const LOADER: &str = "\
// The modules of the pages in one script, put together when it was built. Each is under its name.
const makers = new Map();
const made = new Map();
const define = (name, maker) => makers.set(name, maker);
export function load(name) {
  if (!made.has(name)) made.set(name, makers.get(name)());
  return made.get(name);
}
let rest = null;
const loadLater = async (name) => {
  if (!makers.has(name)) {
    rest ??= import('./rest.js').then((script) => script.default(define, load, loadLater));
    // What did not arrive is asked for again by whoever goes there again.
    await rest.catch((error) => ((rest = null), Promise.reject(error)));
  }
  return load(name);
};
";

/// What stands around the modules of the second script.
const REST: (&str, &str) =
    ("// The other modules of the pages.\nexport default (define, load, loadLater) => {\n", "};\n");

/// Both scripts of the pages.
#[derive(Debug)]
pub struct Scripts {
    /// The one that begins.
    pub first: String,
    /// The one that is loaded when it is needed.
    pub rest: String,
}

/// A module as it is in its file.
pub struct Module {
    /// The name of its file, by which others import it as `./name`.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// The scripts that begin with the module `entry`; those modules that only the ones named `rare` import are in the second one. An
/// error names the module and the line that cannot be put into a script.
pub fn scripts(modules: &[Module], entry: &str, rare: &[&str]) -> Result<Scripts, String> {
    let (mut bodies, mut imports) = (BTreeMap::new(), BTreeMap::new());
    for module in modules {
        let parsed = Parsed::new(module)?;
        let mut body = String::new();
        write!(
            body,
            "\n// ---- {name}\ndefine('./{name}', () => {{\n{body}return {{ {exports} }};\n}});\n",
            name = module.name,
            body = parsed.body,
            exports = parsed.exports.join(", "),
        )
        .map_err(|error| error.to_string())?;
        bodies.insert(module.name.as_str(), body);
        imports.insert(module.name.as_str(), parsed.imports);
    }
    check_names(&imports, entry)?;
    let mut done = BTreeSet::new();
    for name in imports.keys() {
        refuse_circle(name, &imports, &mut Vec::new(), &mut done)?;
    }
    for (name, (now, _)) in &imports {
        if let Some(import) = now.iter().find(|import| rare.contains(&import.as_str())) {
            return Err(format!("{name} imports {import}, which is loaded later only"));
        }
    }
    let mut needed = BTreeSet::new();
    reach(entry, &imports, rare, &mut needed);
    let mut scripts = Scripts { first: LOADER.to_owned(), rest: REST.0.to_owned() };
    for (name, body) in bodies {
        let script = if needed.contains(name) { &mut scripts.first } else { &mut scripts.rest };
        *script += &body;
    }
    write!(scripts.first, "\nload('./{entry}');\n").map_err(|error| error.to_string())?;
    scripts.rest += REST.1;
    Ok(scripts)
}

/// Notes `name` and every module that it needs, now or later, but for those that are `rare`.
fn reach<'a>(name: &'a str, imports: &'a Imports<'_>, rare: &[&str], needed: &mut BTreeSet<&'a str>) {
    if rare.contains(&name) || !needed.insert(name) {
        return;
    }
    if let Some((now, later)) = imports.get(name) {
        for import in now.union(later) {
            reach(import, imports, rare, needed);
        }
    }
}

/// A module taken apart.
struct Parsed {
    /// Its lines without the words of modules.
    body: String,
    /// What it exports, as members of an object.
    exports: Vec<String>,
    /// The names of the modules that it imports before it begins, and of those that it loads later.
    imports: (BTreeSet<String>, BTreeSet<String>),
}

impl Parsed {
    fn new(module: &Module) -> Result<Self, String> {
        let mut parsed = Self { body: String::new(), exports: Vec::new(), imports: Default::default() };
        let mut is_described = false;
        for (number, line) in module.text.lines().enumerate() {
            if is_comment(line, &mut is_described) {
                parsed.body.push('\n');
                continue;
            }
            let line = parsed.line(line).ok_or_else(|| {
                format!("{}:{}: this import or export is not one that is put together: {line}", module.name, number + 1)
            })?;
            parsed.body += &line;
            parsed.body.push('\n');
        }
        Ok(parsed)
    }

    /// The line as it is in a function; nothing where it cannot be there.
    fn line(&mut self, line: &str) -> Option<String> {
        if let Some(import) = line.strip_prefix("import ") {
            return self.import(import);
        }
        if let Some(export) = line.strip_prefix("export ") {
            return self.export(export);
        }
        if line.contains("import.meta") {
            return None;
        }
        // A vendored file has its exports at the end of its one line.
        if let Some((code, list)) = line.rsplit_once(";export{") {
            self.list(list)?;
            return Some(format!("{code};"));
        }
        self.dynamic(line)
    }

    /// `{ a, b as c } from './name';` or `* as all from './name';`
    fn import(&mut self, import: &str) -> Option<String> {
        let (what, from) = import.split_once(" from ")?;
        let name = from.strip_prefix("'./")?.strip_suffix("';")?;
        self.imports.0.insert(name.to_owned());
        let target = match what.strip_prefix("* as ") {
            Some(all) => all.to_owned(),
            None => {
                what.strip_prefix('{')?.strip_suffix('}').map(|list| format!("{{{}}}", list.replace(" as ", ": ")))?
            }
        };
        Some(format!("const {target} = load('./{name}');"))
    }

    /// `default function F(…`, `function f(…`, `async function f(…`, `class C …`, `const c = …` or `{ a, b };`
    fn export(&mut self, export: &str) -> Option<String> {
        if let Some(list) = export.strip_prefix('{') {
            self.list(list)?;
            return Some(String::new());
        }
        let (declaration, is_default) = match export.strip_prefix("default ") {
            Some(declaration) => (declaration, true),
            None => (export, false),
        };
        let kinds = ["function ", "async function ", "class ", "const "];
        let rest = kinds.iter().find_map(|kind| declaration.strip_prefix(kind))?;
        let name: String = rest.chars().take_while(|each| each.is_alphanumeric() || "_$".contains(*each)).collect();
        if name.is_empty() {
            return None;
        }
        self.exports.push(if is_default { format!("default: {name}") } else { name });
        self.dynamic(declaration)
    }

    /// `a, b as c };`
    fn list(&mut self, list: &str) -> Option<()> {
        let list = list.trim_end().strip_suffix("};").or_else(|| list.trim_end().strip_suffix('}'))?;
        for each in list.split(',').map(str::trim).filter(|each| !each.is_empty()) {
            self.exports.push(match each.split_once(" as ") {
                Some((inner, outer)) => format!("{outer}: {inner}"),
                None => each.to_owned(),
            });
        }
        Some(())
    }

    /// Lets the line load modules when it is run.
    fn dynamic(&mut self, line: &str) -> Option<String> {
        let mut parts = line.split("import('./");
        let mut text = parts.next()?.to_owned();
        for part in parts {
            let (name, rest) = part.split_once("')")?;
            self.imports.1.insert(name.to_owned());
            text = format!("{text}loadLater('./{name}'){rest}");
        }
        Some(text)
    }
}

/// Whether the line is nothing but a comment; `is_described` holds while a `/**` has not ended. Templates have no such lines.
fn is_comment(line: &str, is_described: &mut bool) -> bool {
    let line = line.trim_start();
    let is_comment = *is_described || line.starts_with("//") || line.starts_with("/**");
    *is_described = (*is_described || line.starts_with("/**")) && !line.contains("*/");
    is_comment
}

type Imports<'a> = BTreeMap<&'a str, (BTreeSet<String>, BTreeSet<String>)>;

fn check_names(imports: &Imports<'_>, entry: &str) -> Result<(), String> {
    let named =
        imports.iter().flat_map(|(module, (now, later))| now.union(later).map(move |name| (*module, name.as_str())));
    match named.chain([("the page", entry)]).find(|(_, name)| !imports.contains_key(name)) {
        Some((module, name)) => Err(format!("{module} imports {name}, which is not there")),
        None => Ok(()),
    }
}

/// A browser would let two modules import each other; here the second one would find nothing in the first.
fn refuse_circle<'a>(
    name: &'a str,
    imports: &'a Imports<'_>,
    path: &mut Vec<&'a str>,
    done: &mut BTreeSet<&'a str>,
) -> Result<(), String> {
    if path.contains(&name) {
        return Err(format!(
            "{} -> {name}: modules import each other; what both need is a module of its own",
            path.join(" -> ")
        ));
    }
    if !done.contains(name) {
        path.push(name);
        for import in imports.get(name).into_iter().flat_map(|(now, _)| now) {
            refuse_circle(import, imports, path, done)?;
        }
        path.pop();
        done.insert(name);
    }
    Ok(())
}
