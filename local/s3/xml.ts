// SPDX-License-Identifier: Apache-2.0

import { errors } from './errors';

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: '\'' };

/** Text for XML. Control characters become character references, as S3 writes them. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\u0000-\u001f\u007f]/g, (character) => {
    const name = Object.keys(NAMED).find((key) => NAMED[key] === character);
    return name ? `&${name};` : `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`;
  });
}

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-z]+));/g, (all, hex?: string, decimal?: string, name?: string) => {
    if (hex) return String.fromCodePoint(parseInt(hex, 16));
    if (decimal) return String.fromCodePoint(parseInt(decimal, 10));
    const character = NAMED[name!];
    if (character === undefined) throw errors.malformedXml(`unknown entity ${JSON.stringify(all)}`);
    return character;
  });
}

/** Content of an element: text, or elements; an array repeats the element, undefined leaves it out. */
export type XmlContent = string | number | boolean | undefined | XmlContent[] | { [name: string]: XmlContent };

function render(name: string, content: XmlContent): string {
  if (content === undefined) return '';
  if (Array.isArray(content)) return content.map((item) => render(name, item)).join('');
  const inner = typeof content === 'object'
    ? Object.entries(content).map(([child, value]) => render(child, value)).join('')
    : escapeXml(String(content));
  return `<${name}>${inner}</${name}>`;
}

/** An XML document with one root element. */
export function xmlDocument(root: string, content: XmlContent): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${render(root, content)}`;
}

/**
 * Contents of every element of this name, in document order, as they stand in the document. Enough for S3's request bodies, in which no
 * element nests in one of its own name; attributes are skipped.
 */
export function elements(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?(?:/>|>([\\s\\S]*?)</${name}>)`, 'g'))].map((match) => match[1] ?? '');
}

/** Text of the first element of this name. */
export function elementText(xml: string, name: string): string | undefined {
  const found = elements(xml, name)[0];
  return found === undefined ? undefined : unescapeXml(found);
}
