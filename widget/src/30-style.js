// @ts-check
// Styles. They come in by adoptedStyleSheets, which no style-src forbids; !important on the host beats the page's rules.
// Colours follow from the brand's: text on it is white or black by its luminance (`y`), at 0.18 both have the contrast
// 4.6; `--link` is a shade of it that can be read on the panel. Browsers older than 2024 get the light theme.

const CSS_TEXT = `
:host{all:initial!important;position:fixed!important;bottom:1rem!important;inset-inline-end:1rem!important;z-index:var(--faq-chat-z,2147483000)!important}
:host([side=start]){inset-inline:1rem auto!important}
:host([inline]){display:block!important;position:relative!important;inset:auto!important;z-index:0!important;height:100%!important}
:host([hidden]),[hidden]{display:none!important}
.sr,::slotted(*){display:block!important;position:absolute!important;width:1px!important;height:1px!important;overflow:hidden!important;clip-path:inset(50%)!important}
*{box-sizing:border-box;margin:0}
.root{--brand:var(--faq-chat-color,var(--tint,#15467a));--on:#fff;--bg:#fff;--fg:#123;--dim:#456;--soft:#f2f5f8;--line:#678;--err:#a11;--link:#123;font:max(16px,1rem)/1.5 var(--faq-chat-font,system-ui,sans-serif);color:var(--fg);overflow-wrap:anywhere;display:flex;flex-direction:column;align-items:flex-end;gap:.7em;height:100%}
@supports (color:light-dark(oklch(from red l c h),red)){.root{color-scheme:light dark;--white:clamp(0,(.18 - y)*9999,1);--on:var(--faq-chat-on-color,color(from var(--brand) xyz calc(.95*var(--white)) var(--white) var(--white)));--bg:light-dark(#fff,#123);--fg:light-dark(#123,#eee);--dim:light-dark(#456,#abc);--soft:light-dark(#f2f5f8,#234);--line:light-dark(#678,#89a);--err:light-dark(#a11,#fba);--link:light-dark(oklch(from var(--brand) min(l,.45) c h),oklch(from var(--brand) max(l,.8) c h))}}
:host([side=start]) .root{align-items:flex-start}
button,input,textarea{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--line);border-radius:.6em;padding:.4em .7em;min-height:46px;min-width:46px}
button{cursor:pointer}
:where(button):hover{background:var(--soft);border-color:var(--fg)}
:focus-visible{outline:3px solid var(--fg);outline-offset:2px}
a{color:var(--link)}
ol,ul{padding:0}
h2{font-size:1.1em;line-height:1.3}
svg{width:1.4em;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.launch,.head,.you,.send{background:var(--brand);color:var(--on)}
.launch{display:flex;align-items:center;gap:.5em;position:relative;padding:.7em 1.2em;border:2px solid var(--on);border-radius:2em;font-weight:600;box-shadow:0 4px 16px #0005}
.launch:focus-visible{outline-color:var(--brand);box-shadow:0 0 0 8px var(--on)}
.badge{position:absolute;top:-.6em;inset-inline-end:0;min-width:1.7em;border:2px solid;border-radius:1em;background:#a11;color:#fff;font-size:.85em}
.panel{display:flex;flex-direction:column;width:min(25em,100vw - 2rem);height:min(42em,100dvh - 6.5rem);background:var(--bg);border:1px solid var(--line);border-radius:var(--faq-chat-radius,1em);box-shadow:0 12px 48px #0005;overflow:auto}
:host([inline]) .panel{width:100%;height:100%;box-shadow:none}
.full .panel{position:fixed;inset:var(--top,0) 0 auto;width:auto;height:var(--tall);border:0;border-radius:0}
.head{display:flex;align-items:center;gap:.3em;padding:.6em .5em .6em 1em}
.head div{flex:1}
.head img{width:2.5em;height:2.5em;border-radius:50%}
.icon{display:grid;place-items:center;padding:0}
.head button{background:none;color:inherit;border-color:#0000}
.head :hover{border-color:var(--on)}
.head :focus-visible{outline-color:var(--on)}
.by{font-size:.85em;display:flex;flex-wrap:wrap;gap:0 1em;align-items:center}
.head .way{border:0;padding:0;min-height:24px;color:inherit;text-decoration:underline}
.menu{max-height:60%;overflow:auto;padding:.4em;border-bottom:1px solid var(--line)}
.menu button{display:block;border-color:#0000}
.menu button,.picks button{width:100%;text-align:start}
.menu [aria-pressed]:before{content:"☐ "}
.menu [aria-pressed=true]:before{content:"☑ "}
.log{flex:1;min-height:8em;overflow:auto;overscroll-behavior:contain;padding:1em}
.log:focus-visible{outline-offset:-3px}
ol,.bot,.words,.words ul,.picks,.cards{display:grid;gap:.6em;list-style:none}
.words,.you,.dots,.card{padding:.7em .9em;border-radius:.3em 1em 1em}
.words,.dots{background:var(--soft)}
.words ul{padding-inline-start:1.2em;list-style:disc;gap:.3em}
.q,[aria-pressed=true]{font-weight:600}
.you{justify-self:end;max-width:85%;border-radius:1em 1em .3em;white-space:pre-wrap}
.small,.state,.foot,label{font-size:.85em;color:var(--dim)}
.card{display:grid;gap:.4em;border:1px solid var(--line)}
.bot button{color:var(--link);font-weight:500}
.row .picks,.acts,.form,.vote{display:flex;flex-wrap:wrap;gap:.5em;align-items:center}
.row button{width:auto}
.picks{margin-top:.3em}
[aria-disabled]{cursor:default;color:var(--dim)!important}
.bot [aria-pressed=true]{border:2px solid var(--fg);background:var(--soft);color:var(--fg)!important}
.down svg{rotate:180deg}
label,.vote p,.form .acts{width:100%}
.vote input,.field{flex:1;min-width:0}
.dots{display:flex;gap:.3em;justify-self:start}
.dots i{width:.5em;height:.5em;border-radius:50%;background:var(--dim);animation:d 1.2s infinite}
.dots i+i{animation-delay:.2s}
@keyframes d{30%{translate:0 -.3em}60%{translate:0}}
.form{padding:.7em;border-top:1px solid var(--line)}
.field{resize:none;max-height:8em;padding:.6em .7em}
.field::placeholder{color:var(--dim);opacity:1}
[aria-invalid]{border-color:var(--err)}
.foot{padding:0 .9em .6em;font-size:.8em}
.small{line-height:1.8}
.foot a,.small a,.state a{color:inherit}
.foot a,.state a{display:inline-block;min-height:24px}
@media (prefers-reduced-motion:reduce){*{animation:none!important}}
@media (forced-colors:active){.words,.you,.dots{border:1px solid}.dots i{background:CanvasText}[aria-pressed=true]{outline:2px solid}}
@media print{:host,.root{display:block!important}:host,.panel{position:static!important;width:auto!important;height:auto!important;border:0;box-shadow:none}.log{overflow:visible}button,.menu,.form,.foot,.bot>div+div{display:none!important}.panel *{background:none;color:#000}.you{border:1px solid}}
`;

/** Given to the page while it is printed, so that only the conversation is. */
const PRINT_TEXT = `@media print{body :not(${TAG},:has(${TAG})){display:none!important}}`;

/** @param {string} text */
function sheet(text) {
  const made = new CSSStyleSheet();
  made.replaceSync(text);
  return made;
}
