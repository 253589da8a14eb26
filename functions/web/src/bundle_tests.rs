//! What the build puts together to one script, and what it refuses to.

use crate::bundle::{Module, Scripts, scripts};

fn both(modules: &[(&str, &str)], rare: &[&str]) -> Result<Scripts, String> {
    let module = |(name, text): &(&str, &str)| Module { name: (*name).to_owned(), text: (*text).to_owned() };
    scripts(&modules.iter().map(module).collect::<Vec<_>>(), "app.js", rare)
}

fn of(modules: &[(&str, &str)]) -> Result<String, String> {
    both(modules, &[]).map(|scripts| scripts.first)
}

#[test]
fn what_only_rare_pages_need_is_in_the_second_script() {
    let modules = [
        ("app.js", "import { a } from './parts.js';\nconst later = () => import('./rare.js');"),
        ("parts.js", "export const a = 1;"),
        ("rare.js", "import { a } from './parts.js';\nimport { b } from './words.js';\nexport const c = a + b;"),
        ("words.js", "export const b = 2;"),
    ];
    let Scripts { first, rest } = both(&modules, &["rare.js"]).expect("they are put together");
    let has = |script: &str, name: &str| script.contains(&format!("define('./{name}', "));
    let names = ["app.js", "parts.js", "rare.js", "words.js"];
    assert_eq!(names.map(|name| has(&first, name)), [true, true, false, false], "{first}");
    assert_eq!(names.map(|name| has(&rest, name)), [false, false, true, true], "{rest}");
    assert!(rest.contains("export default (define, load, loadLater) => {\n") && rest.ends_with("};\n"), "{rest}");
}

#[test]
fn each_form_of_import_and_export_keeps_its_meaning() {
    for (line, put_together) in [
        ("import { a, b } from './x.js';", "const { a, b } = load('./x.js');"),
        ("import { a as b } from './x.js';", "const { a: b } = load('./x.js');"),
        ("import * as all from './x.js';", "const all = load('./x.js');"),
        ("const later = () => import('./x.js');", "const later = () => loadLater('./x.js');"),
        ("export const f = (a) => a;", "const f = (a) => a;\nreturn { f };"),
        ("export async function f() {}", "async function f() {}\nreturn { f };"),
        ("export class F extends G {}", "class F extends G {}\nreturn { F };"),
        ("export default function F({ a }) {}", "function F({ a }) {}\nreturn { default: F };"),
        ("export { a, b as c };", "\nreturn { a, c: b };"),
        ("var a=1;export{a as h,fe as html};", "var a=1;\nreturn { h: a, html: fe };"),
        ("const text = 'export const';", "const text = 'export const';\nreturn {  };"),
    ] {
        let script = of(&[("app.js", line), ("x.js", "")]).unwrap_or_else(|error| panic!("{line}: {error}"));
        let module = script.split_once("define('./app.js', () => {\n").map(|(_, rest)| rest).unwrap_or_default();
        assert!(module.starts_with(put_together), "{line}: {module}");
    }
}

#[test]
fn what_would_mean_something_else_in_one_script_is_refused_with_its_place() {
    for line in [
        "import a from './x.js';",
        "import './x.js';",
        "import { a } from 'elsewhere';",
        "import { a,",
        "export let a = 1;",
        "export var a = 1;",
        "export default 1;",
        "export * from './x.js';",
        "const url = import.meta.url;",
        "const later = () => import('./' + name);",
    ] {
        let refused = of(&[("app.js", &format!("// One.\n{line}")), ("x.js", "")]).expect_err(line);
        assert!(refused.starts_with("app.js:2: "), "{line}: {refused}");
    }
    assert!(of(&[("app.js", "import { a } from './gone.js';")]).is_err_and(|error| error.contains("gone.js")));
    assert!(of(&[("app.js", "const a = () => import('./gone.js');")]).is_err_and(|error| error.contains("gone.js")));
}

#[test]
fn modules_that_import_each_other_are_refused_unless_one_does_so_later() {
    let circle = [
        ("app.js", "import { a } from './a.js';"),
        ("a.js", "import { b } from './b.js';"),
        ("b.js", "import { a } from './a.js';"),
    ];
    let refused = of(&circle).expect_err("a circle");
    assert!(refused.contains("a.js -> b.js -> a.js"), "{refused}");
    assert!(of(&[("app.js", "const a = () => import('./a.js');"), ("a.js", "import { b } from './app.js';")]).is_ok());
}

#[test]
fn a_module_keeps_its_lines_under_its_name() {
    let script = of(&[("app.js", "const a = 1;\n\nexport { a };\n")]).expect("it is put together");
    assert!(
        script.contains("// ---- app.js\ndefine('./app.js', () => {\nconst a = 1;\n\n\nreturn { a };\n});\n"),
        "{script}"
    );
    assert!(script.ends_with("\nload('./app.js');\n"));
}

#[test]
fn lines_that_are_nothing_but_a_comment_are_empty() {
    let text = "// One.\n/** Two. */\n/**\n * Three.\n */\nconst a = 1; // four\n  // five\nconst b = 'https://x';";
    let script = of(&[("app.js", text)]).expect("it is put together");
    assert!(script.contains("{\n\n\n\n\n\nconst a = 1; // four\n\nconst b = 'https://x';\n"), "{script}");
}
