//! Which function answers a path, by API Gateway's rules.

use std::cmp::Reverse;

use http::Method;
use shared::api::{Access, Route};

/// The routes of all functions.
#[derive(Default)]
pub struct RouteTable(Vec<Entry>);

struct Entry {
    method: &'static str,
    segments: Vec<Segment>,
    key: String,
    access: Access,
    function: usize,
}

/// A part of a route's path between slashes; more specific ones come first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(&'static str),
    Placeholder(&'static str),
    /// Takes everything to the end: `{name+}` for API Gateway, `{*name}` for axum.
    Rest(&'static str),
}

/// The route that a request takes.
pub struct Found<'a> {
    /// The function, by its position.
    pub function: usize,
    /// The route as API Gateway names it: `GET /v1/pins/{id}`.
    pub key: &'a str,
    /// Who may take it.
    pub access: Access,
    /// The values of its placeholders.
    pub parameters: Vec<(&'static str, String)>,
}

impl RouteTable {
    /// Adds a route of the function at this position.
    pub fn add(&mut self, route: &Route, function: usize) {
        let segments: Vec<_> = parts(route.path).map(segment).collect();
        self.0.push(Entry {
            method: route.method,
            key: key(route.method, &segments),
            segments,
            access: route.access,
            function,
        });
    }

    /// The most specific route for a decoded path: what is spelled out wins over a placeholder, from the left.
    pub fn find(&self, method: &Method, path: &str) -> Option<Found<'_>> {
        let parts: Vec<&str> = parts(path).collect();
        self.0
            .iter()
            .filter(|entry| entry.method == method.as_str())
            .filter_map(|entry| Some((entry, parameters(&entry.segments, &parts)?)))
            .max_by_key(|(entry, _)| Reverse(specificity(&entry.segments)))
            .map(|(entry, parameters)| Found {
                function: entry.function,
                key: &entry.key,
                access: entry.access,
                parameters,
            })
    }
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

fn segment(part: &'static str) -> Segment {
    match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
        None => Segment::Literal(part),
        Some(name) => name.strip_prefix('*').map_or(Segment::Placeholder(name), Segment::Rest),
    }
}

fn key(method: &str, segments: &[Segment]) -> String {
    let path: Vec<String> = segments
        .iter()
        .map(|segment| match segment {
            Segment::Literal(text) => (*text).to_owned(),
            Segment::Placeholder(name) => format!("{{{name}}}"),
            Segment::Rest(name) => format!("{{{name}+}}"),
        })
        .collect();
    format!("{method} /{}", path.join("/"))
}

fn parameters(segments: &[Segment], parts: &[&str]) -> Option<Vec<(&'static str, String)>> {
    let takes_rest = matches!(segments.last(), Some(Segment::Rest(_)));
    if if takes_rest { parts.len() < segments.len() } else { parts.len() != segments.len() } {
        return None;
    }
    let mut parameters = Vec::new();
    for (at, segment) in segments.iter().enumerate() {
        match segment {
            Segment::Literal(text) if *text != parts[at] => return None,
            Segment::Literal(_) => {}
            Segment::Placeholder(_) | Segment::Rest(_) if parts[at].is_empty() => return None,
            Segment::Placeholder(name) => parameters.push((*name, parts[at].to_owned())),
            Segment::Rest(name) => parameters.push((*name, parts[at..].join("/"))),
        }
    }
    Some(parameters)
}

fn specificity(segments: &[Segment]) -> Vec<u8> {
    segments
        .iter()
        .map(|segment| match segment {
            Segment::Literal(_) => 0,
            Segment::Placeholder(_) => 1,
            Segment::Rest(_) => 2,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> RouteTable {
        let mut table = RouteTable::default();
        for (function, path) in
            ["/", "/v1/pins", "/v1/pins/{id}", "/v1/pins/export", "/v1/{kind}/export", "/assets/{*path}"]
                .into_iter()
                .enumerate()
        {
            table.add(&Route::new("GET", path, Access::User), function);
        }
        table
    }

    #[test]
    fn the_most_specific_route_is_taken() {
        let table = table();
        for (path, key, parameters) in [
            ("/", "GET /", vec![]),
            ("/v1/pins", "GET /v1/pins", vec![]),
            ("/v1/pins/pin_1", "GET /v1/pins/{id}", vec![("id", "pin_1".to_owned())]),
            ("/v1/pins/export", "GET /v1/pins/export", vec![]),
            ("/v1/boards/export", "GET /v1/{kind}/export", vec![("kind", "boards".to_owned())]),
            ("/assets/css/site.css", "GET /assets/{path+}", vec![("path", "css/site.css".to_owned())]),
        ] {
            let found = table.find(&Method::GET, path).map(|found| (found.key, found.parameters));
            assert_eq!(found, Some((key, parameters)), "{path}");
        }
    }

    #[test]
    fn what_is_not_a_route_is_not_found() {
        let table = table();
        for (method, path) in [
            (Method::POST, "/v1/pins"),
            (Method::HEAD, "/v1/pins"),
            (Method::GET, "/v1/pins/"),
            (Method::GET, "/v1/pins/1/2"),
            (Method::GET, "/assets"),
            (Method::GET, "/assets/"),
            (Method::GET, "/v1"),
        ] {
            assert!(table.find(&method, path).is_none(), "{method} {path}");
        }
    }
}
