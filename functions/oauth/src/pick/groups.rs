//! Puts boards into the order in which a person looks for them.

use shared::pinterest::Board;

/// From this many boards on, a group is divided by first letters.
const MANY: usize = 40;

/// Boards of one kind.
pub struct Group {
    /// What kind it is, for people.
    pub title: &'static str,
    /// The boards; one part without a name where they are few, else one for each first letter.
    pub parts: Vec<Part>,
}

/// Boards with the same first letter.
pub struct Part {
    /// The letter, `#` for anything else; absent where the group is not divided.
    pub letter: Option<char>,
    /// The boards by name.
    pub boards: Vec<Board>,
}

/// Own boards, secret ones, and those of others, each by name; kinds without a board are left out.
pub fn of(boards: Vec<Board>, username: &str) -> Vec<Group> {
    let (group, own): (Vec<_>, Vec<_>) = boards.into_iter().partition(|board| board.is_group(username));
    let (secret, own): (Vec<_>, Vec<_>) = own.into_iter().partition(Board::is_secret);
    [("Your boards", own), ("Your secret boards", secret), ("Group boards", group)]
        .into_iter()
        .filter(|(_, boards)| !boards.is_empty())
        .map(|(title, boards)| Group { title, parts: parts(boards) })
        .collect()
}

impl Group {
    /// How many boards it has.
    pub fn len(&self) -> usize {
        self.parts.iter().map(|part| part.boards.len()).sum()
    }
}

fn parts(mut boards: Vec<Board>) -> Vec<Part> {
    boards.sort_by_cached_key(|board| (letter(board) == '#', board.name.to_lowercase()));
    if boards.len() < MANY {
        return vec![Part { letter: None, boards }];
    }
    let mut parts: Vec<Part> = Vec::new();
    for board in boards {
        let letter = letter(&board);
        match parts.last_mut() {
            Some(part) if part.letter == Some(letter) => part.boards.push(board),
            _ => parts.push(Part { letter: Some(letter), boards: vec![board] }),
        }
    }
    parts
}

fn letter(board: &Board) -> char {
    let first = board.name.trim_start().chars().next().filter(|c| c.is_alphabetic());
    first.and_then(|c| c.to_uppercase().next()).unwrap_or('#')
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn board(name: &str, privacy: &str, owner: &str) -> Board {
        let owner = serde_json::json!({ "username": owner });
        serde_json::from_value(serde_json::json!({"id": "1", "name": name, "privacy": privacy, "owner": owner}))
            .unwrap()
    }

    /// One line a part: the group, its letter, its boards.
    fn lines(groups: &[Group]) -> Vec<String> {
        let mut lines = Vec::new();
        for Group { title, parts } in groups {
            for Part { letter, boards } in parts {
                let names: Vec<_> = boards.iter().map(|board| board.name.as_str()).collect();
                lines.push(format!("{title} {letter:?}: {}", names.join(", ")));
            }
        }
        lines
    }

    #[test]
    fn boards_are_grouped_by_kind_and_sorted_by_name() {
        let boards = vec![
            board("zebras", "PUBLIC", "me"),
            board("Apples", "PROTECTED", "me"),
            board("2024", "PUBLIC", "me"),
            board("Party", "SECRET", "me"),
            board("Ours", "SECRET", "friend"),
        ];
        let expected =
            ["Your boards None: Apples, zebras, 2024", "Your secret boards None: Party", "Group boards None: Ours"];
        assert_eq!(lines(&of(boards, "me")), expected);
    }

    #[test]
    fn many_boards_are_divided_by_first_letters() {
        let names = (0..20).flat_map(|n| [format!("apple {n:02}"), format!("Äpfel {n:02}"), format!("{n:02} ideas")]);
        let groups = of(names.map(|name| board(&name, "PUBLIC", "me")).collect(), "me");
        let letters: Vec<_> = groups[0].parts.iter().map(|part| (part.letter, part.boards.len())).collect();
        assert_eq!(letters, [(Some('A'), 20), (Some('Ä'), 20), (Some('#'), 20)]);
        assert_eq!(groups[0].len(), 60);
    }
}
