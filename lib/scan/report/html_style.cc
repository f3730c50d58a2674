#include "scan/report/html_parts.h"

namespace scan::report::html {
namespace {

// Colours are variables, once for light and once for dark; text on its ground keeps a contrast
// of 4.5 : 1.
constexpr std::string_view kStyle = R"css(
:root{--bg:#f6f7f9;--card:#fff;--ink:#1b2430;--soft:#5a6675;--line:#e2e6ec;--track:#e9edf2;
--accent:#2f6f8f;--code:#f2f4f7;--s0:#b3243b;--s0t:#a41f35;--s0b:#fbe7ea;--s1:#d9622b;
--s1t:#9c3d0e;
--s1b:#fdeadf;--s2:#dba523;--s2t:#7a5600;--s2b:#fbf1d6;--s3:#4a8fc4;--s3t:#1f5d8d;--s3b:#e5f0f9;
--s4:#97a4b4;--s4t:#4b5968;--s4b:#edf0f4;--good:#3c8a5f;--goodt:#216340;--goodb:#e4f3ea;
--shadow:0 1px 2px rgba(20,30,45,.05),0 4px 16px rgba(20,30,45,.05)}
@media (prefers-color-scheme:dark){:root{--bg:#12161c;--card:#1a2028;--ink:#e4e9ef;
--soft:#9aa7b6;--line:#2b333e;--track:#2a323d;--accent:#6db3d1;--code:#141a21;--s0:#e0576c;
--s0t:#f295a3;--s0b:#3c1b22;--s1:#ea8453;--s1t:#f3a67f;--s1b:#3b2418;--s2:#dcb14a;--s2t:#ebcb7d;
--s2b:#352b14;
--s3:#5fa3d6;--s3t:#93c5ec;--s3b:#182b3b;--s4:#78869a;--s4t:#b4bfcc;--s4b:#262e38;
--good:#5bb384;--goodt:#8bd3ab;--goodb:#16301f;--shadow:none}}*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth;scroll-padding-top:1rem}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 system-ui,-apple-system,
"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;font-feature-settings:"tnum"}
.wrap{max-width:70rem;margin:0 auto;padding:0 1.5rem}
a{color:var(--accent);text-underline-offset:.15em}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem;z-index:9}
.vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);
white-space:nowrap}
header{background:var(--card);border-bottom:1px solid var(--line);padding:1.75rem 0 1.5rem}
.brand{margin:0 0 1rem;color:var(--soft);font-size:.85rem;letter-spacing:.02em;display:flex;
gap:.5rem;align-items:center}.brand svg{width:1.1rem;height:1.1rem;fill:var(--accent)}
h1{margin:0;font-size:2rem;line-height:1.2;font-weight:650;letter-spacing:-.015em;
overflow-wrap:anywhere}
h2{font-size:1.25rem;font-weight:620;letter-spacing:-.01em;margin:0 0 1rem}
h3{font-size:1rem;font-weight:620;margin:2rem 0 .6rem}
h4{font-size:.8rem;font-weight:620;margin:1.1rem 0 .25rem;color:var(--soft)}
.sub{color:var(--soft);margin:.35rem 0 0;font-size:.9rem;overflow-wrap:anywhere}
header time{white-space:nowrap}header .target+time::before{content:"·";margin:0 .4rem 0 .2rem}
.verdict{display:inline-block;margin:1.1rem 0 0;padding:.45rem .9rem;border-radius:8px;
font-size:.95rem;overflow-wrap:anywhere}.verdict strong{font-weight:650;margin-right:.35rem}
.v-good{background:var(--goodb);color:var(--goodt)}
.v-part{background:var(--s2b);color:var(--s2t)}.v-bad{background:var(--s0b);color:var(--s0t)}
.v-run{background:var(--s3b);color:var(--s3t)}main.wrap{padding-top:1.5rem}
.alert{margin:0 0 .75rem;padding:.7rem 1rem;border-radius:8px;background:var(--s2b);
color:var(--s2t);border-left:4px solid var(--s2);overflow-wrap:anywhere}.alert a{color:inherit}
.alert.hit{background:var(--s0b);color:var(--s0t);border-color:var(--s0)}
.alert.plain{background:var(--card);color:var(--ink);border-color:var(--s4)}
.alert.calm{background:var(--goodb);color:var(--goodt);border-color:var(--good)}
.cards{display:grid;grid-template-columns:minmax(24rem,2.4fr) repeat(auto-fit,minmax(10.5rem,
1fr));gap:1rem;margin:1.25rem 0 2.5rem}
.card,section{background:var(--card);border:1px solid var(--line);border-radius:12px;
box-shadow:var(--shadow)}.card{padding:1.1rem 1.25rem 1.25rem;min-width:0}
.card h2{font-size:.85rem;color:var(--soft);font-weight:600;letter-spacing:0;margin:0 0 .5rem}
.big{font-size:2.4rem;font-weight:640;line-height:1.1;margin:.1rem 0 .75rem;
letter-spacing:-.02em;overflow-wrap:anywhere}
.big small{font-size:1rem;font-weight:500;color:var(--soft);letter-spacing:0;margin-left:.15rem}
.split{display:flex;gap:1.5rem;align-items:center}.donut{width:8.25rem;flex:none}
.arc{fill:none;stroke-width:4.6;stroke:currentColor}
.donut text{fill:var(--ink);font-size:9px;font-weight:650;text-anchor:middle;
letter-spacing:-.02em}
.donut .small{font-size:3.4px;font-weight:500;fill:var(--soft);letter-spacing:0}
svg .track,.arc.track{fill:var(--track);stroke:var(--track)}.arc.track{fill:none}
svg rect{stroke:none!important}rect.s0{fill:var(--s0)}rect.s1{fill:var(--s1)}
rect.s2{fill:var(--s2)}rect.s3{fill:var(--s3)}rect.s4{fill:var(--s4)}.arc.s0{stroke:var(--s0)}
.arc.s1{stroke:var(--s1)}.arc.s2{stroke:var(--s2)}.arc.s3{stroke:var(--s3)}
.arc.s4{stroke:var(--s4)}rect.u-ok{fill:var(--good)}rect.u-failed{fill:var(--s0)}
rect.u-timedout{fill:var(--s1)}rect.u-forbidden{fill:var(--s2)}rect.u-skipped{fill:var(--s4)}
rect.accent{fill:var(--accent)}.bars{list-style:none;margin:0;padding:0;flex:1;min-width:0}
.bars li{display:grid;grid-template-columns:4rem 1fr minmax(1.2rem,auto);gap:.6rem;
align-items:center;
font-size:.88rem;line-height:1.9}.bars svg{width:100%;height:.5rem;border-radius:3px}
.bars b{text-align:right;font-weight:600}.bars .zero{color:var(--soft)}
.cover{display:block;width:100%;height:.6rem;border-radius:4px}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem .9rem;margin:.6rem 0 0;padding:0;
font-size:.85rem;color:var(--soft)}
.dot{display:inline-block;width:.6rem;height:.6rem;border-radius:50%;margin-right:.4rem;
background:var(--s4)}.dot.u-ok{background:var(--good)}.dot.u-failed{background:var(--s0)}
.dot.u-timedout{background:var(--s1)}.dot.u-forbidden{background:var(--s2)}
section{padding:1.4rem 1.5rem 1.5rem;margin:0 0 1.25rem}
.n{color:var(--soft);font-weight:500;font-size:.9em;margin-left:.25rem}
.empty{color:var(--soft);padding:1.2rem 0;text-align:center;margin:0}
.cut{color:var(--soft);font-size:.9rem;margin:.9rem 0 0}
#tools{display:flex;flex-wrap:wrap;gap:.6rem;align-items:center;margin:0 0 1rem}
#tools[hidden]{display:none}
#tools input[type=search],#tools select,#tools button{font:inherit;font-size:.9rem;
color:inherit;background:var(--card);border:1px solid var(--line);border-radius:8px;
padding:.4rem .65rem;height:2.4rem;max-width:100%}#tools button{cursor:pointer}
#tools button:hover,#tools select:hover{border-color:var(--soft)}.search{flex:1 1 12rem}
.search input{width:100%}#tools select{max-width:12rem}
fieldset{border:0;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.4rem;flex:1 1 20rem;order:1}

.chip{display:inline-flex;align-items:center;gap:.4rem;padding:.25rem .7rem;border-radius:99px;
font-size:.86rem;cursor:pointer;border:1px solid transparent;background:var(--s4b);
color:var(--s4t);user-select:none}.chip input{position:absolute;opacity:0;width:1px;height:1px}
.chip:has(input:not(:checked)){background:none;border-color:var(--line);color:var(--soft);
text-decoration:line-through}
.chip:has(input:focus-visible){outline:2px solid var(--accent);outline-offset:2px}
.chip b{font-weight:600}.s0.chip,.s0 .b{background:var(--s0b);color:var(--s0t)}
.s1.chip,.s1 .b{background:var(--s1b);color:var(--s1t)}
.s2.chip,.s2 .b{background:var(--s2b);color:var(--s2t)}
.s3.chip,.s3 .b{background:var(--s3b);color:var(--s3t)}
.s4.chip,.s4 .b{background:var(--s4b);color:var(--s4t)}
#shown{color:var(--soft);font-size:.9rem;margin-left:auto;order:2}
.f{border-top:1px solid var(--line)}
.f:last-child{border-bottom:1px solid var(--line)}summary{cursor:pointer;list-style:none}
summary::-webkit-details-marker{display:none}
.f>summary{display:grid;grid-template-columns:5.6rem minmax(0,1fr) minmax(0,24rem) 1rem;
gap:.75rem;align-items:center;padding:.65rem .25rem}
.f>summary::after,.fold>summary::after{content:"";width:.5rem;height:.5rem;
border:solid var(--soft);border-width:0 2px 2px 0;transform:rotate(45deg);
transition:transform .12s;justify-self:center}
.f[open]>summary::after,.fold[open]>summary::after{transform:rotate(225deg)}
.f>summary:hover,.fold>summary:hover{background:color-mix(in srgb,var(--accent) 5%,transparent)}
.b{font-size:.8rem;font-weight:620;text-align:center;border-radius:6px;padding:.1rem .4rem}
.t{font-weight:550;overflow-wrap:anywhere}
.t em{font-style:normal;font-weight:500;font-size:.8rem;color:var(--soft);
border:1px solid var(--line);border-radius:5px;padding:0 .35rem;margin-left:.3rem;
white-space:nowrap}.off>summary .t,.off>summary .l{color:var(--soft)}
code,pre{font-family:ui-monospace,"SF Mono","Cascadia Mono",Menlo,"DejaVu Sans Mono",Consolas,
monospace;font-size:.86em}.l{color:var(--soft);overflow-wrap:anywhere}
.d{padding:.1rem .25rem 1.2rem 6.6rem;max-width:60rem}
.d p{margin:.3rem 0;overflow-wrap:anywhere}.m{font-size:1rem}.sup{color:var(--soft)}
.ev{margin:.8rem 0;display:grid;gap:.6rem}figure{margin:0;min-width:0}
figcaption{font-size:.8rem;color:var(--soft);margin-bottom:.2rem}
pre{margin:0;padding:.65rem .8rem;background:var(--code);border:1px solid var(--line);
border-radius:8px;overflow:auto;max-height:22rem;white-space:pre-wrap;overflow-wrap:anywhere;
line-height:1.45}
.refs,.places,.notices{margin:.4rem 0;padding-left:1.1rem;font-size:.9rem;
overflow-wrap:anywhere}.refs li{margin:.1rem 0}
.meta{display:flex;flex-wrap:wrap;gap:.4rem;align-items:center;margin-top:1rem!important;
color:var(--soft);font-size:.85rem}.meta code{margin-left:auto}
.tag{font-size:.8rem;border:1px solid var(--line);border-radius:6px;padding:.05rem .5rem;
color:var(--soft);text-decoration:none}a.tag{color:var(--accent)}.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;font-weight:620;padding:.75rem 0 .4rem}
th{text-align:left;font-size:.82rem;font-weight:600;color:var(--soft);
padding:.4rem .6rem .4rem 0;border-bottom:1px solid var(--line);white-space:nowrap}
td{padding:.45rem .6rem .45rem 0;border-bottom:1px solid var(--line);vertical-align:top;
overflow-wrap:anywhere}tr:last-child td{border-bottom:0}
.num{text-align:right;white-space:nowrap;padding-right:1.4rem}
.u{display:inline-block;font-size:.8rem;font-weight:600;border-radius:6px;padding:.05rem .5rem;
background:var(--s4b);color:var(--s4t);white-space:nowrap}
.u-ok.u{background:var(--goodb);color:var(--goodt)}
.u-failed.u{background:var(--s0b);color:var(--s0t)}
.u-timedout.u{background:var(--s1b);color:var(--s1t)}
.u-forbidden.u{background:var(--s2b);color:var(--s2t)}
.fold>summary{display:flex;gap:.75rem;align-items:center;padding:.55rem .25rem}
.fold>summary::after{margin-left:auto;flex:none}.fold>summary h2{margin:0}
#rules .fold{border-top:1px solid var(--line)}#rules .fold>p,#rules h4{max-width:60rem}
.rt{color:var(--soft);overflow-wrap:anywhere;min-width:0}#records .fold>summary{padding:0}
.more summary{color:var(--accent);font-size:.9rem;margin-top:.5rem;text-decoration:underline}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:.9rem 1.5rem;
margin:0}dt{font-size:.8rem;color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.lanes{list-style:none;margin:0;padding:0}
.lanes li{display:grid;grid-template-columns:2.2rem 1fr 4.5rem;gap:.7rem;align-items:center;
font-size:.82rem;line-height:1.8}.cn{text-align:right;color:var(--soft)}
.ct{color:var(--soft);text-align:right}
.lane{width:100%;height:.55rem;border-radius:3px;display:block}
footer{color:var(--soft);font-size:.85rem;padding-bottom:2rem}
@media (max-width:44rem){.wrap{padding:0 1rem}header{padding:1.25rem 0}h1{font-size:1.6rem}
.cards{grid-template-columns:1fr 1fr}.cards>:first-child,
.cards>:nth-child(even):last-child{grid-column:1/-1}.split{gap:1rem}
.donut{width:7rem}.bars li{grid-template-columns:3.8rem 1fr 2rem}section{padding:1.1rem 1rem}
.f>summary{grid-template-columns:5.2rem minmax(0,1fr) 1rem;gap:.2rem .6rem;align-items:start}
.f>summary .l{grid-column:2;grid-row:2}
.f>summary::after{grid-column:3;grid-row:1;margin-top:.35rem}.d{padding-left:.25rem}
.big{font-size:1.9rem}#tools select{flex:1 1 8rem;max-width:none}.search{flex-basis:100%}
.meta code{margin-left:0}
.fold>summary .rt{display:none}}@media (max-width:26rem){.cards{grid-template-columns:1fr}
.f>summary{grid-template-columns:minmax(0,1fr) 1rem}.b{justify-self:start;padding:.1rem .6rem}
.f>summary .t,.f>summary .l{grid-column:1;grid-row:auto}.f>summary::after{grid-column:2}}
@media print{:root{--bg:#fff;--shadow:none}body{font-size:11pt}
#tools,.skip{display:none!important}.card,section{border-color:#ccc;break-inside:auto}
.f,tr,.card{break-inside:avoid}pre{max-height:none}
.donut,.bars,.cover,.lane,.b,.u,.dot{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
@media (prefers-reduced-motion:reduce){*{transition:none!important;
scroll-behavior:auto!important}}
)css";

}  // namespace

std::string_view style() { return kStyle; }

}  // namespace scan::report::html
