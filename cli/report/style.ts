// SPDX-License-Identifier: Apache-2.0

/** Look of the report pages. Follows the reader's light or dark scheme; loads nothing. */
export const STYLE = `
:root { color-scheme: light dark; --line: #2563eb; --band: #2563eb26; --anomaly: #f9731640; --severe: #dc2626; --expected: #16a34a; --rule: #8884; --quiet: #777; }
@media (prefers-color-scheme: dark) { :root { --line: #60a5fa; --band: #60a5fa33; --severe: #f87171; --expected: #4ade80; --quiet: #9a9a9a; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1000px; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin-bottom: .25rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.quiet { color: var(--quiet); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: .75rem; margin: 1.5rem 0; }
.figure { border: 1px solid var(--rule); border-radius: 8px; padding: .6rem .8rem; } .figure b { display: block; font-size: 1.35rem; }
article { border-top: 1px solid var(--rule); padding: 1rem 0; }
article header { display: flex; gap: .75rem; align-items: baseline; flex-wrap: wrap; }
.severity { border-radius: 99px; padding: .05rem .6rem; color: #fff; background: #dc2626; font-weight: 600; }
.tag { border: 1px solid var(--rule); border-radius: 4px; padding: 0 .4rem; font-size: .85rem; }
.warning { border-left: 4px solid #f59e0b; padding: .2rem .8rem; margin: .5rem 0; }
svg { width: 100%; height: auto; margin-top: .5rem; } svg text { font: 11px system-ui, sans-serif; fill: var(--quiet); }
.observed { fill: none; stroke: var(--line); stroke-width: 1.5; stroke-linejoin: round; } .point { fill: var(--line); }
.band { fill: var(--band); } .anomaly { fill: var(--anomaly); } .grid { stroke: var(--rule); stroke-width: 1; }
.expected { fill: none; stroke: var(--expected); stroke-width: 1.5; stroke-dasharray: 5 3; }
.bars { stroke: var(--quiet); stroke-width: 1; opacity: .55; } .severe { stroke: var(--severe); stroke-width: 2; } .threshold { stroke: var(--severe); stroke-dasharray: 4 4; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; } td, th { text-align: left; padding: .25rem .8rem .25rem 0; vertical-align: top; }
@media (max-width: 700px) { table { display: block; overflow-x: auto; } td, th { min-width: 6em; } }
tbody tr { border-top: 1px solid var(--rule); } td.number, th.number { text-align: right; white-space: nowrap; } td.time { white-space: nowrap; } td:not([class]) { min-width: 7em; }
.contribution { display: flex; align-items: center; gap: .5rem; } .contribution .quiet { flex: none; } .contributions { margin-top: .6rem; }
.track { flex: none; width: 100px; background: var(--rule); border-radius: 2px; } .bar { display: block; height: .6rem; background: var(--line); border-radius: 2px; }
`;
