//! What readers see of a body.

use crate::markdown::{Context, Html, Resolved, Words, outline, to_html};

pub const WORDS: Words = Words { footnotes: "Footnotes", back: "Back to text", table: "Table" };

/// Renders below `/archive`; `missing…` is not found, everything else is at `/archive/found/`.
pub fn render(body: &str) -> Html {
    let resolve = |it: &str| {
        let found = || Resolved { url: format!("/archive/found/{it}"), size: None };
        (!it.starts_with("missing")).then(found)
    };
    let context = Context { title: "Title", base_path: "/archive", resolve: &resolve, words: WORDS };
    to_html(body, &context).unwrap()
}

#[track_caller]
fn check(body: &str, expected: &str) {
    assert_eq!(render(body).html.trim_end(), expected);
}

#[track_caller]
fn check_notes(body: &str, expected: &[(&str, Option<usize>, &str)]) {
    let notes = render(body).notes;
    let got: Vec<_> = notes.iter().map(|it| (it.code, it.line, it.message.as_str())).collect();
    assert_eq!(got, expected);
}

#[test]
fn plain_markdown() {
    check("", "");
    check("a *b* **c** ~~d~~ `e<`", "<p>a <em>b</em> <strong>c</strong> <del>d</del> <code>e&lt;</code></p>");
    check("\"a\" -- b... & 'c' < d", "<p>“a” – b… &amp; ‘c’ &lt; d</p>");
    check("a  \nb\nc", "<p>a<br>\nb\nc</p>");
    check(
        "> a\n\n---\n\n3. b\n4. c",
        "<blockquote>\n<p>a</p>\n</blockquote>\n<hr>\n<ol start=\"3\">\n<li>b</li>\n<li>c</li>\n</ol>",
    );
    check("```rust x\n<b>\n```", "<pre><code class=\"language-rust\">&lt;b&gt;\n</code></pre>");
    check("```\"x\n\n```", "<pre><code>\n</code></pre>");
    check("a\0b\x08c&#1;d\u{202e}e", "<p>abcd\u{202e}e</p>");
    check("a\r\nb", "<p>a\nb</p>");
}

#[test]
fn bodies_are_data() {
    check("{{ x }} {% for %}", "<p>{{ x }} {% for %}</p>");
    check("{{< figure src=\"a.jpg\" >}}", "<p>{{&lt; figure src=\"a.jpg\" &gt;}}</p>");
    check("a {{<youtube id>}} b", "<p>a {{&lt;youtube id&gt;}} b</p>");
    check("{{% x *y* %}} *z*", "<p>{{% x *y* %}} <em>z</em></p>");
    check(
        "| a |\n|---|\n| {{ x \\| y }} |",
        "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table>\n<thead>\n<tr><th scope=\"col\">a</th></tr>\n</thead>\n<tbody>\n<tr><td>{{ x \\| y }}</td></tr>\n</tbody>\n</table></div>",
    );
    check("`{{<x>}}` and `{{`x`}}`", "<p><code>{{&lt;x&gt;}}</code> and <code>{{</code>x<code>}}</code></p>");
    check("<div>{{<b>}}</div>", "<div>{{&lt;b&gt;}}</div>");
    check("[a]({{<x>}})", "<p><a href=\"%7B%7B%3Cx%3E%7D%7D\">a</a></p>");
    let hint = "3 shortcodes of another generator are shown as text";
    check_notes("a\n\n{{<x>}} {{% y %}}\n\n{% z %} {{ w }} `{{<v>}}`", &[("shortcode", Some(3), hint)]);
    check_notes("{{ x }} `{% y %}`", &[]);
}

#[test]
fn headings() {
    check("# Title\n\n## a\n\n#### b", "<h2 id=\"a\">a</h2>\n<h3 id=\"b\">b</h3>");
    check("# Other\n\n## Title", "<h2 id=\"other\">Other</h2>\n<h3 id=\"title\">Title</h3>");
    check(
        "# a *b* <sub>c</sub>\n\n# a b c\n\n#",
        "<h2 id=\"a-b-c\">a <em>b</em> <sub>c</sub></h2>\n<h2 id=\"a-b-c-2\">a b c</h2>",
    );
    check("<h1 id=x class=y>Title</h1>\n<h4>a</h4>", "<h2 id=\"a\">a</h2>");
    check(
        "# ![Title](a.jpg)",
        "<h2 id=\"section\"><img src=\"/archive/found/a.jpg\" loading=\"lazy\" alt=\"Title\"></h2>",
    );
}

#[test]
fn footnotes() {
    let section = "<section class=\"footnotes\" aria-label=\"Footnotes\">\n<ol>\n";
    let back =
        |id: &str| format!(" <a href=\"#fnref-{id}\" aria-label=\"Back to text\">\u{21a9}\u{fe0e}</a>");
    check(
        "a[^x] b[^1]\n\n[^1]: *one*\n[^x]: two[^1]",
        &format!(
            "<p>a<sup><a href=\"#fn-1\" id=\"fnref-1\">1</a></sup> b<sup><a href=\"#fn-2\" id=\"fnref-2\">2</a></sup></p>\n\
             {section}<li id=\"fn-1\"><p>two<sup><a href=\"#fn-2\" id=\"fnref-2-2\">2</a></sup>{}</p></li>\n\
             <li id=\"fn-2\"><p><em>one</em>{} <a href=\"#fnref-2-2\" aria-label=\"Back to text 2\">\u{21a9}\u{fe0e}<sup>2</sup></a></p></li>\n\
             </ol>\n</section>",
            back("1"),
            back("2"),
        ),
    );
    // Nobody refers to it, yet it is published; and one that refers to itself ends.
    check("[^1]: lonely", &format!("{section}<li id=\"fn-1\"><p>lonely</p></li>\n</ol>\n</section>"));
    let html = render("[^a]: x[^b]\n\n[^b]: y[^a][^b]").html;
    assert_eq!(html.matches("<li").count(), 2, "{html}");
    // Raw HTML changes nothing about them.
    let plain = render("a[^1] b\n\n[^1]: c").html;
    let with_html = render("a[^1] <u>b</u>\n\n[^1]: c").html;
    assert_eq!(with_html.replace("<u>b</u>", "b"), plain);
    check("a[^1]", "<p>a[^1]</p>");
}

#[test]
fn images() {
    check("![a](b.jpg)", "<p><img src=\"/archive/found/b.jpg\" loading=\"lazy\" alt=\"a\"></p>");
    check(
        "![a](b.jpg \"c\")",
        "<figure><img src=\"/archive/found/b.jpg\" loading=\"lazy\" alt=\"a\"><figcaption>c</figcaption></figure>",
    );
    check(
        "x ![a](b.jpg \"c\")",
        "<p>x <img src=\"/archive/found/b.jpg\" loading=\"lazy\" alt=\"a\" title=\"c\"></p>",
    );
    check("![a *b* ![c](d)](https://x.org/e.jpg)", "<p><a href=\"https://x.org/e.jpg\">a b c</a></p>");
    check("![](//x.org/e%20f.jpg)", "<p><a href=\"https://x.org/e%20f.jpg\">e f.jpg</a></p>");
    check("[![a](https://x.org/e.jpg)](https://y.org)", "<p><a href=\"https://y.org/\">a</a></p>");
    check("<img src=https://x.org/e.jpg srcset=\"x 2x\" alt=a>", "<a href=\"https://x.org/e.jpg\">a</a>");
    check(
        "<IMG SRC=b.jpg width=3 onload=x>",
        "<img src=\"/archive/found/b.jpg\" alt=\"\" loading=\"lazy\" width=\"3\">",
    );
    check("![a](missing.jpg)", "<p>a</p>");
    check("![a](data:image/png;base64,xx)", "<p>a</p>");
    check_notes("x\n\n![a](missing.jpg)", &[("missing-image", Some(3), "image `missing.jpg` was not found")]);
    check_notes("<img\nsrc=missing.jpg>", &[("missing-image", Some(1), "image `missing.jpg` was not found")]);
    check_notes("![a](data:x)", &[("unsafe-link", Some(1), "a link to `data:x` is not published")]);
}

#[test]
fn links() {
    check(
        "[a](/b?c#d) [e](f) [g](#h)",
        "<p><a href=\"/archive/b?c#d\">a</a> <a href=\"f\">e</a> <a href=\"#h\">g</a></p>",
    );
    check(
        "[a](b.md#c) [d](../e.markdown)",
        "<p><a href=\"/archive/found/b.md#c\">a</a> <a href=\"/archive/found/../e.markdown\">d</a></p>",
    );
    check("[a](missing.md#c) [a](/x.md)", "<p>a <a href=\"/archive/found//x.md\">a</a></p>");
    check(
        "[a](HTTPS://X.org \"t\") <m@x.org>",
        "<p><a href=\"https://x.org/\" title=\"t\">a</a> <a href=\"mailto:m@x.org\">m@x.org</a></p>",
    );
    check("[a](javascript:alert(1)) [b]()", "<p>a b</p>");
    check("<a href=\"&#106;avascript:x\" target=_blank>a</a>", "<p>a</p>");
    check(
        "<a href=/b>a</a> <q cite=/c>d</q>",
        "<p><a href=\"/archive/b\">a</a> <q cite=\"/archive/c\">d</q></p>",
    );
    check_notes(
        "a\n\n[a](javascript:x)",
        &[("unsafe-link", Some(3), "a link to `javascript:x` is not published")],
    );
    check_notes(
        "b\n\n<a href=\"vbscript:x\">a</a>",
        &[("unsafe-link", Some(3), "a link to `vbscript:x` is not published")],
    );
}

#[test]
fn raw_html() {
    check("a <u>b</u> <abbr title=c>d</abbr>", "<p>a <u>b</u> <abbr title=\"c\">d</abbr></p>");
    check("<div class=x id=y style=z>\n\n*a*\n\n</div>", "<div>\n<p><em>a</em></p>\n</div>");
    check(
        "<details open><summary>a</summary>b</details>",
        "<details open=\"\"><summary>a</summary>b</details>",
    );
    check("<p>a<p>b", "<p>a</p><p>b</p>");
    check("a <!-- b --> c\n\n<!--more-->\n\nd", "<p>a  c</p>\n<p>d</p>");
    check("<div class=\"foo\n\nbar", "&lt;div class=\"foo\n<p>bar</p>");
    check("<pre>\n\na</pre>", "<pre>\n\na</pre>");
    check("a <script>b</script> c <textarea>d <b></textarea>", "<p>a  c d &lt;b&gt;</p>");
    check("<svg><title>a</title></svg>b<noscript><em>c</em></noscript>", "<p>b<em>c</em></p>");
    check(
        "<table><tr><td><table><tr><td>a</table></table>",
        "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table><tbody><tr><td><table><tbody><tr><td>a</td></tr></tbody></table></td></tr></tbody></table></div>",
    );
    check_notes(
        "<iframe src=x></iframe>\n<IFRAME></IFRAME><font color=red onclick=x>a</font>",
        &[
            ("html-removed", None, "removed HTML tags that cannot be published: `<font>`, `<iframe>` (2)"),
            ("html-removed", None, "removed attributes that would run scripts: `onclick`"),
        ],
    );
}

#[test]
fn tables() {
    check(
        "|  | b |\n|---|--:|\n| c | d |\n\n| a |\n|---|",
        "<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table>\n<thead>\n<tr><td></td><th scope=\"col\" class=\"right\">b</th></tr>\n</thead>\n<tbody>\n<tr><td>c</td><td class=\"right\">d</td></tr>\n</tbody>\n</table></div>\n<div class=\"table\" tabindex=\"0\" role=\"region\" aria-label=\"Table 2\"><table>\n<thead>\n<tr><th scope=\"col\">a</th></tr>\n</thead>\n</table></div>",
    );
}

#[track_caller]
fn check_outline(body: &str, heading: Option<&str>, excerpt: &str, links: &[&str]) {
    let got = outline(body).unwrap();
    assert_eq!((got.heading.as_deref(), got.excerpt.as_str()), (heading, excerpt));
    assert_eq!(got.links, links);
}

#[test]
fn outlines() {
    check_outline("", None, "", &[]);
    check_outline(
        "## x\n# A *b*\n# c\n\nd `e`\n**f**[^1] ![g](h)\n\ni\n\n[^1]: j",
        Some("A b"),
        "d e f",
        &["h"],
    );
    check_outline(
        "[^1]: note\n\n{{< x >}}\n\n![a](b.png)\n\n> quote\n\n- item\n\ntext {{ x }}",
        None,
        "text {{ x }}",
        &["b.png"],
    );
    check_outline("> quote", None, "quote", &[]);
    check_outline("<div><p>It&rsquo;s <b>2*3*4</b>\nso\n\n</div>", None, "It’s 2*3*4 so", &[]);
    check_outline(
        "[a](b.md#c) [a](b.md?d) ![](/e.jpg) [f](g.html) [h](i.PNG) <img src='j k.gif'> [l](https://x.org/m.md) ![](//x.org/n)",
        None,
        "a a f h l",
        &["b.md", "/e.jpg", "i.PNG", "j k.gif"],
    );
    check_outline("<img\n  src=\"a.jpg\">", None, "", &["a.jpg"]);
}

#[test]
fn excerpts_end_at_a_word() {
    let excerpt = |body: &str| outline(body).unwrap().excerpt;
    assert_eq!(excerpt(&"a".repeat(200)), "a".repeat(200));
    assert_eq!(excerpt(&"word ".repeat(60)), format!("{}…", "word ".repeat(39) + "word"));
    assert_eq!(excerpt(&"東".repeat(300)).chars().count(), 200);
    assert_eq!(excerpt(&"e\u{301}".repeat(300)), format!("{}…", "e\u{301}".repeat(99)));
    for length in 150..260 {
        let text = excerpt(&"ab cdefg, hi ".repeat(length / 13));
        assert!(text.chars().count() <= 200 && !text.contains(" …"), "{text}");
    }
}

#[test]
fn bodies_over_a_limit_are_refused() {
    let refused = |body: &str| outline(body).unwrap_err();
    assert_eq!(refused(&format!("a\n{}", "> ".repeat(200))).line, Some(2));
    let nested: String = (0..70).map(|depth| format!("{}- a\n", "  ".repeat(depth))).collect();
    assert_eq!(refused(&nested).line, Some(65));
    assert_eq!(refused(&nested).to_string(), "quotes and lists are nested more than 128 deep");
}

#[test]
fn bodies_that_name_no_files_have_no_links_in_their_outline() {
    let bodies = [
        "plain. Text, etc.",
        "[a](b.md)",
        "[a](b.MD#x)",
        "[a]: b.markdown",
        "![a](b.png?x)",
        "<img src=b.jpg>",
        "[a](b&#46;md)",
        "[a](b%2emd)",
        "[a](b\\.md)",
        "[a](<b c.gif>)",
        "{{< figure src=\"a.webp\" >}}",
    ];
    for body in bodies {
        let links = outline(body).unwrap().links;
        assert!(links.is_empty() || crate::markdown::may_name_files(body), "{body}: {links:?}");
    }
    assert!(!crate::markdown::may_name_files(bodies[0]));
}
