//! The other names that the files of other programs, and people, have for columns.

use super::Column;

/// The other names of a column, as they are compared: in small letters and single blanks.
pub(super) fn aliases(column: Column) -> impl Iterator<Item = &'static str> {
    table(column).split(',').map(str::trim)
}

fn table(column: Column) -> &'static str {
    match column {
        Column::Title => "pin title, pinterest title, pinterest pin title, headline",
        Column::MediaUrl => {
            "media, media file, media file url, media files, media link, media urls, image, image url, image \
             urls, image file, image file url, image link, image address, pin image, pin image url, picture, \
             picture url, picture url 1, photo, photo url, video url, pin media url"
        }
        Column::Board => {
            "board, boards, board name, board title, board id, board url, pin board, pinterest board name, \
             pinterest board id, pinterest boards"
        }
        Column::Thumbnail => "cover, cover image, video cover, video thumbnail, cover image url, thumbnail url",
        Column::Description => "pin description, pinterest description, caption, text, message, post text",
        Column::Link => {
            "links, link url, destination, destination link, destination url, pin link, pinterest pin link, \
             website, website url, website link, source url, source link, target url, landing page, landing page \
             url"
        }
        Column::PublishDate => {
            "date, datetime, date time, date and time, publish at, publish on, publish date time, publish \
             datetime, publishing date, publication date, published at, post date, post at, posting date, post \
             datetime, schedule, schedule date, schedule at, scheduled, scheduled at, scheduled date, scheduled \
             for, scheduled datetime, scheduled date time"
        }
        Column::Keywords => "keyword, keywords or tags, tags, tag, labels, label, topics, tagged topics",
        Column::Account => "account id, account name, pinterest account, profile, username, user name",
        Column::Section => "board section, section name, section id, pinterest section, pinterest board section",
        Column::Ai => "ai disclosure, ai disclosures",
        Column::Time => {
            "time of day, publish time, publishing time, publication time, post time, posting time, schedule \
             time, scheduled time"
        }
        Column::AltText => {
            "alt, alt texts, alt tag, alternative text, alt text 1, alt text picture 1, image alt, image alt \
             text, pin alt text, pinterest alt text"
        }
    }
}
