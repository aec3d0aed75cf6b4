//! Pages of the preview's own: plain, and with a policy that lets no script run but ours.

use super::place::OWN;
use crate::problem::Problem;

/// A whole page; the title is text, the rest HTML.
pub(super) fn page(title: &str, main: &str) -> String {
    let title = escaped(title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
        <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'self'; \
        script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'\">\n\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
        <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
        <link rel=\"stylesheet\" href=\"{OWN}own.css\">\n</head>\n\
        <body>\n<main class=\"backissue-own\">\n{main}</main>\n</body>\n</html>\n"
    )
}

/// Text for an element or a quoted attribute.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Problems as a list in HTML.
pub(super) fn list_of(problems: &[Problem]) -> String {
    let item = |problem: &Problem| format!("<li>{}</li>\n", escaped(&problem.to_string()));
    format!("<ul>\n{}</ul>\n", problems.iter().map(item).collect::<String>())
}
