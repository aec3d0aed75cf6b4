//! Bodies that want to run a script, contact another site, or take forever.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use crate::markdown::allow;
use crate::markdown::escape::decode;
use crate::markdown::link::{Target, target};
use crate::markdown::tests::{WORDS, render};
use crate::markdown::token::{Token, Tokens};
use crate::markdown::{Context, outline, to_html};

/// Fails unless every tag and attribute is on the list, every URL safe, every image local, and all is balanced.
#[track_caller]
fn check_safe(body: &str, html: &str) {
    if let Err(why) = audit(html) {
        panic!("{why}\nbody: {body}\nhtml: {html}");
    }
}

fn audit(html: &str) -> Result<(), String> {
    let (mut open, mut ids) = (Vec::new(), BTreeSet::new());
    for token in Tokens::new(html) {
        match token {
            Token::Text(text) if text.contains(['<', '>']) => return Err(format!("bare bracket in {text}")),
            Token::Comment | Token::Torn(_) => return Err("a comment or a torn tag".to_owned()),
            Token::End(name) if open.pop() != Some(name) => return Err(format!("crosswise </{name}>")),
            Token::Text(_) | Token::End(_) => {}
            Token::Start(tag) => {
                let name = allow::element(tag.name).ok_or(format!("<{}>", tag.name))?;
                if !allow::is_void(name) {
                    open.push(name);
                }
                let mut seen = BTreeSet::new();
                for (attribute, raw) in tag.attributes() {
                    let value = decode(raw);
                    let known =
                        allow::attribute(name, attribute, &value) || is_generated(name, attribute, &value);
                    if !known || !seen.insert(attribute) {
                        return Err(format!("<{name} {attribute}={value:?}>"));
                    }
                    if attribute == "id" && !ids.insert(value.to_string()) {
                        return Err(format!("id {value:?} twice"));
                    }
                    if matches!(attribute, "href" | "src" | "cite") {
                        match target(&value) {
                            Target::Local(url) if url == value => {}
                            Target::Remote(url) if url == value && attribute != "src" => {}
                            _ => return Err(format!("{attribute}={value:?}")),
                        }
                    }
                }
            }
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("{open:?} are never closed")) }
}

fn is_generated(element: &str, attribute: &str, value: &str) -> bool {
    match attribute {
        "id" => value != "main" && (value.starts_with("fn") || element.starts_with('h')),
        "loading" => element == "img" && value == "lazy",
        "class" => matches!((element, value), ("section", "footnotes") | ("div", "table")),
        "tabindex" | "role" | "aria-label" => element == "div",
        _ => false,
    }
}

const PAYLOADS: [&str; 96] = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//x.org/x.js></sCrIpT>",
    "<script\n>alert(1)</script\n>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script/src=data:,alert(1)>",
    "<script x>alert(1)",
    "<<script>alert(1)//<</script>",
    "a <script>*b*\n\n*c*</script> d",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror\n=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    "<img src=\"x\"onerror=\"alert(1)\">",
    "<img src='x' \"onerror=alert(1)\">",
    "<img \"\"\"><script>alert(1)</script>\">",
    "<img src=x:x onerror=alert(1)>",
    "<img src=https://x.org/pixel.gif>",
    "<img src=//x.org/pixel.gif srcset=\"//x.org/a 1x\" lowsrc=//x.org dynsrc=//x.org>",
    "<img src=\\\\x.org\\pixel.gif>",
    "<img src=javascript:alert(1)>",
    "<img src=data:image/svg+xml,<svg/onload=alert(1)>>",
    "![x](javascript:alert(1))",
    "![x](//x.org/a.png \"\\\" onload=alert(1) \")",
    "![\"onload=alert(1) x=\"](a.png)",
    "![<img src=x onerror=alert(1)>](a.png)",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a](&#x6A;&#x61;vascript&colon;alert(1))",
    "[a](<java\tscript:alert(1)>)",
    "[a](<\u{1}javascript:alert(1)>)",
    "[a](<\u{a0}javascript:alert(1)>)",
    "[a](<\u{2003}javascript:alert(1)>)",
    "[a](\\javascript:alert(1))",
    "[a](java%0ascript:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](vbscript:msgbox(1))",
    "[a](//x.org \"' onclick=alert(1)\")",
    "[a](\\\"onclick=alert(1))",
    "[a][b]\n\n[b]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "<data:text/html,<script>alert(1)</script>>",
    "[a](https://x.org/\"onclick=alert(1)//)",
    "[a](https://x.org/`onclick=alert(1)//)",
    "<a href=\"javascript:alert(1)\">a</a>",
    "<a href=\"&#x0a0;javascript:alert(1)\">a</a>",
    "<a href=\"&nbsp;javascript:alert(1)\">a</a>",
    "<a href=\"java&#10;script&colon;alert(1)\">a</a>",
    "<a href=\"java&NewLine;script&Tab;:alert(1)\">a</a>",
    "<a href=\"&#0000106&#0000097vascript:alert(1)\">a</a>",
    "<a href=javascript&#x3A;alert(1)>a</a>",
    "<a href=\" &#14; javascript:alert(1)\">a</a>",
    "<a href='feed:javascript:alert(1)'>a</a>",
    "<a href=x target=_blank ping=https://x.org rel=opener download>a</a>",
    "<a href=x onclick=alert(1) OnMouseOver = 'alert(1)' style=color:red>a</a>",
    "<a xlink:href=javascript:alert(1)>a</a>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text>a</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x></svg>",
    "<svg><use href=data:image/svg+xml;base64,x#x></svg>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<svg><p><style><img src=x onerror=alert(1)></style></p></svg>",
    "<svg><![CDATA[<img src=x onerror=alert(1)>]]></svg>",
    "<svg><foreignObject><iframe srcdoc=\"<script>alert(1)</script>\">",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math><a xlink:href=javascript:alert(1)>a</a></math>",
    "<math><annotation-xml encoding=\"text/html\"><img src=x onerror=alert(1)></annotation-xml></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<textarea><p title=\"</textarea><img src=x onerror=alert(1)>\">",
    "<title><p title=\"</title><img src=x onerror=alert(1)>\">",
    "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\">",
    "<iframe><p title=\"</iframe><img src=x onerror=alert(1)>\">",
    "<noembed><p title=\"</noembed><img src=x onerror=alert(1)>\">",
    "<select><style></select><img src=x onerror=alert(1)></style>",
    "<select><iframe></select><img src=x onerror=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<plaintext><img src=x onerror=alert(1)>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--!><img src=x onerror=alert(1)>-->",
    "<!-- --!><img src=x onerror=alert(1)> -->",
    "<![CDATA[><img src=x onerror=alert(1)>]]>",
    "<?xml ?><img src=x onerror=alert(1)>?>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<object data=javascript:alert(1)><embed src=//x.org></object>",
    "<style>@import url(//x.org/x.css);</style><link rel=stylesheet href=//x.org/x.css>",
    "<p style=\"background:url(//x.org/x.png)\" background=//x.org/x.png>a</p>",
    "<base href=//x.org/><meta http-equiv=refresh content=\"0;url=javascript:alert(1)\">",
    "<form action=javascript:alert(1)><input autofocus onfocus=alert(1)><button formaction=//x.org>a</button></form>",
    "<video src=//x.org/x.mp4 poster=//x.org/x.png><source src=//x.org onerror=alert(1)></video><audio src=//x.org>",
    "<body onload=alert(1) background=//x.org/x.png><html onclick=alert(1)>",
    "<table background=//x.org/x.png><td background=javascript:alert(1)>a</table>",
    "<details open ontoggle=alert(1)><summary>a</summary></details>",
    "<q cite=javascript:alert(1)>a</q><blockquote cite=\"data:x\">b</blockquote><del cite=//x.org>c</del>",
    "<p id=main class=footnotes data-b0=\"fn-1\" name=body>a</p><section data-b1=footnotes data-b2=x>b</section>",
    "<a href=\"x\n\n*b*\">c *d\"onclick=alert(1)* <b\n\n`onclick=alert(1)>`</b> <i title='\n> \"'onclick=x>",
];

#[test]
fn no_payload_gets_through() {
    for payload in PAYLOADS {
        for body in [
            payload.to_owned(),
            format!("a {payload} b"),
            format!("# {payload}\n\n> {payload}\n\n- {payload}"),
            format!("| {payload} |\n|---|\n| {payload} |"),
            format!("[{payload}](x) ![{payload}](y)\n\n[^1]: {payload}\n\na[^1]"),
            format!("{{{{< {payload} >}}}} `{payload}`\n\n    {payload}"),
            format!("<div>\n{payload}\n\n*a*</div>"),
            format!("<b title='{payload}'>a</b>"),
        ] {
            check_safe(&body, &render(&body).html);
            outline(&body).unwrap();
        }
    }
}

/// How often a piece is repeated. Without optimisation everything takes about eight times as long.
const MANY: usize = if cfg!(debug_assertions) { 30_000 } else { 100_000 };

#[track_caller]
fn check_fast(name: &str, body: &str) {
    let resolve = |_: &str| None;
    let context = Context { title: "x", base_path: "", resolve: &resolve, words: WORDS };
    let start = Instant::now();
    let outlined = outline(body);
    let middle = Instant::now();
    let rendered = to_html(body, &context);
    let took = middle.elapsed().max(middle - start);
    assert_eq!(outlined.err(), rendered.as_ref().err().cloned());
    let result = rendered.as_ref().map(|it| (it.html.len(), it.notes.first().map(|it| it.code)));
    println!("{took:>12.1?} {name:?}: {} bytes, {result:?}", body.len());
    if let Ok(html) = &rendered {
        check_safe(name, &html.html);
    }
    let limit = if cfg!(debug_assertions) { 16 } else { 2 };
    assert!(took < Duration::from_secs(limit), "{name} took {took:?}");
}

const PIECES: &[&str] = &[
    "[",
    "]",
    "![",
    "*a ",
    "_a ",
    "**a ",
    "*a **a ",
    "a** b* ",
    "<",
    "<a",
    "<!--",
    "<?",
    "<![CDATA[",
    "`",
    "`a``b",
    "(",
    "[a](",
    "[a](<",
    "![a](",
    "[a][",
    "[a]:",
    "|",
    "|a\n",
    "~a ",
    "~~a ",
    "\"",
    "'",
    "&",
    "&#",
    "\\",
    "> ",
    ">\n",
    "- ",
    "-\n",
    "1. ",
    "+ a\n",
    "[^a]: ",
    "[^a]",
    "[^a]: [^a]\n",
    "# ",
    "#\n",
    "a\n=\n",
    "\t",
    "    a\n\n",
    "```\n",
    "~~~ ",
    "---\n",
    "***",
    "{{",
    "{{<",
    "{%",
    "{{< a >}}",
    "{{<`",
    "}}",
    "<b>",
    "<b a='",
    "</b>",
    "<p>",
    "<title>",
    "<style>",
    "<svg>",
    "<table>",
    "<td>",
    "<li>",
    "<a href=x>",
    "<b><p>",
    "<script>",
    "http://",
    "a@b.c ",
    "<a@b.c>",
    "\u{301}",
    "*_",
    "_*a",
    "[[a]](",
    "a|b\n-|-\n",
    "[a]: b\n",
    "<h1>",
    "# a\n",
    "![a](b) ",
    "[a](javascript:b) ",
    "<img src=a>",
    "data-b0 data-b1 ",
    "<br>",
    "[^1]: a\n\n",
];

#[test]
fn repetition_is_linear() {
    for piece in PIECES {
        check_fast(piece, &piece.repeat(MANY));
    }
}

#[test]
fn mixed_attacks_are_linear() {
    let many = MANY / 2;
    check_fast("nested emphasis", &("*a ".repeat(many) + &"b* ".repeat(many)));
    check_fast("nested strong", &("**a ".repeat(many) + &"b** ".repeat(many)));
    check_fast("nested brackets", &("[".repeat(many) + &"](x)".repeat(many)));
    check_fast("nested images", &("![".repeat(many) + &"](x)".repeat(many)));
    check_fast("nested html", &("<div>".repeat(many) + &"</div>".repeat(many)));
    check_fast("html below 256 KiB", &("<b>".repeat(40_000)));
    check_fast("256 deep, long", &("<div>".repeat(200) + &"\n\na *b*".repeat(20_000)));
    check_fast("formatting", &("<b><i><u>".repeat(20) + &"<p>a\n\n".repeat(3000)));
    check_fast("attributes", &format!("<b {}>", (0..20_000).map(|it| format!("a{it} ")).collect::<String>()));
    check_fast(
        "500 attributes",
        &format!("<b {}>", (0..500).map(|it| format!("a{it} ")).collect::<String>()).repeat(60),
    );
    check_fast("long tag", &format!("<b title='{}'>", "a".repeat(100_000)));
    check_fast("long host", &format!("[a](https://{}.org)", "a".repeat(1_000_000)));
    check_fast("long idna host", &format!("[a](https://{}.org)", "ü.".repeat(300_000)));
    check_fast("long xn host", &format!("[a](https://xn--{}.org)", "a".repeat(1_000_000)));
    check_fast("long relative", &format!("[a]({})", "../".repeat(300_000)));
    let table = "a|".repeat(99) + "\n" + &"-|".repeat(99) + "\n" + &"a\n".repeat(90) + "\n";
    check_fast("tables full of holes", &table.repeat(MANY / 30));
    check_fast("tables nearly full of holes", &table.repeat(28));
    check_fast("long definition", &(format!("[a]: {}\n\n", "b".repeat(100_000)) + &"[a]".repeat(MANY)));
    check_fast("link and html", &("[a](b)".repeat(many) + "<br>"));
    check_fast("list by indentation", &(0..2000).map(|it| " ".repeat(it) + "- a\n").collect::<String>());
    check_fast("quotes in lists", &"> - ".repeat(30).repeat(1000));
    check_fast("wide table", &("|a".repeat(20_000) + "\n" + &"|-".repeat(20_000) + &"\n|b".repeat(20_000)));
    check_fast(
        "footnotes",
        &(0..many).map(|it| format!("a[^{it}]\n\n[^{it}]: b[^{}]\n\n", it + 1)).collect::<String>(),
    );
    check_fast(
        "footnotes in footnotes",
        &(0..1000).map(|it| "    ".repeat(it) + &format!("[^{it}]: a\n\n")).collect::<String>(),
    );
    check_fast(
        "reference definitions",
        &(0..many).map(|it| format!("[a{it}]: b\n\n[a{it}]\n\n")).collect::<String>(),
    );
    check_fast("half a tag", &"<a \"".repeat(many));
    check_fast("html blocks", &"<div>\n\n</div>\n\n".repeat(10_000));
    check_fast("titles", &("<title>".repeat(1000) + &"a\n\n".repeat(100_000)));
    check_fast("open comments", &"a <!-- b\n\n".repeat(many));
    check_fast("too long", &"a".repeat(17 * 1024 * 1024));
    check_fast("16 MiB of text", &"word *word* [a](b)\n\n".repeat(8 * MANY));
}

#[test]
fn what_is_over_a_limit_is_shown_as_text() {
    let html = render(&format!("{}a *b*", "<div>".repeat(300))).html;
    assert!(html.starts_with("<p>&lt;div&gt;&lt;div&gt;") && html.contains("a *b*"), "{html}");
    let body = format!("a\n\n{} b *c*", "<b>".repeat(90_000));
    let rendered = render(&body);
    assert!(rendered.html.ends_with("&lt;b&gt; b <em>c</em></p>\n"));
    assert_eq!((rendered.notes[0].code, rendered.notes[0].line), ("html-limits", Some(3)));
    assert_eq!(rendered.notes[0].message, "HTML is shown as text because there are more than 256 KiB of it");
    // Three hundred paragraphs without an end tag are no nesting.
    assert!(render(&"<p>a<ul><li>b<li>c</ul>".repeat(300)).notes.is_empty());
}

fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "a", "b ", "\n", "\n\n", "*", "**", "_", "`", "```\n", "[", "](", ")", "![", "> ", "- ", "1. ", "# ", "## ", "|", "|-|-|\n",
            "[^1]", "[^1]: ", "~~", "---\n", "    ", "\\", "&lt;", "&#60;", "&amp;", "\"", "'", "{{<", ">}}", "{{", "}}", "\u{a0}", "é",
            "x.jpg", "missing.jpg", "javascript:", "//x.org/", "https://x.org/a.png", "\0", "\t", "<", ">", "/", "=", "!",
        ]),
        4 => prop::sample::select(vec![
            "<p>", "</p>", "<b>", "</b>", "<i>", "</i>", "<a href=x>", "<a href='javascript:x'>", "</a>", "<div>", "</div>", "<table>",
            "</table>", "<tr>", "<td>", "</td>", "<th>", "<caption>", "<colgroup>", "<col>", "<tbody>", "<ul>", "<li>", "</ul>", "<dl>",
            "<dt>", "<dd>", "<h1>", "</h1>", "<h3>", "</h3>", "<pre>", "</pre>", "<code>", "</code>", "<br>", "<hr>", "<ruby>", "<rt>",
            "<details>", "<summary>", "</summary>", "</details>", "<figure>", "<img src=x.jpg>", "<img src=//x.org/y alt='z'>", "<u>",
            "</u>", "<section>", "</section>", "<script>", "</script>", "<style>", "</style>", "<svg>", "</svg>", "<math>", "<mtext>",
            "<select>", "<option>", "<noscript>", "</noscript>", "<textarea>", "</textarea>", "<template>", "<title>", "</title>",
            "<!--", "-->", "<![CDATA[", "]]>", "<?", "<form>", "<button>", "<iframe>", "<object>", "<font>", "</font>", "<span", " onclick=x",
            " title=\"", " id=main", " class=table", " style='", "<p title='", "'>", "\">", "</br>", "</", "<blockquote>", "<sup>",
        ]),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn soup_is_safe(body in soup()) {
        let html = render(&body).html;
        if let Err(why) = audit(&html) {
            prop_assert!(false, "{}\nhtml: {}", why, html);
        }
        prop_assert!(!html.to_ascii_lowercase().contains("<script"));
        outline(&body).unwrap();
    }

    #[test]
    fn soup_is_stable(body in soup()) {
        // What a browser makes of it is what was meant: parsed and written again it is the same.
        let html = render(&body).html;
        prop_assert_eq!(reparsed(&html), html.replace("<pre>\n", "<pre>").replace('\u{a0}', "&nbsp;"));
    }

    #[test]
    fn anything_renders(body in any::<String>()) {
        let html = render(&body).html;
        if let Err(why) = audit(&html) {
            prop_assert!(false, "{}\nhtml: {}", why, html);
        }
    }
}

fn reparsed(html: &str) -> String {
    let tags = allow::ELEMENTS.iter().map(|(name, _)| *name).collect();
    let attributes = [
        "dir",
        "lang",
        "title",
        "href",
        "src",
        "alt",
        "id",
        "class",
        "aria-label",
        "role",
        "tabindex",
        "loading",
        "cite",
        "scope",
        "start",
    ];
    ammonia::Builder::empty()
        .tags(tags)
        .generic_attributes(attributes.into())
        .url_schemes(["http", "https", "mailto"].into())
        .url_relative(ammonia::UrlRelative::PassThrough)
        .link_rel(None)
        .clean(html)
        .to_string()
}
