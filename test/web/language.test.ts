import { expect, test } from "vitest";
import { en } from "../../web/language/en.ts";
import { es } from "../../web/language/es.ts";
import { localeOf, preferredLanguage } from "../../web/language/language.ts";
import { formatAgo, formatSpan } from "../../web/language/moments.ts";

/** Every message of a catalogue by its path, functions called with marks that must come through. */
function messagesOf(node: unknown, path = ""): [string, string][] {
  if (typeof node === "string") return [[path, node]];
  if (typeof node === "function") {
    const mark = (name: string) => `⟨${name}⟩`;
    const argument = path.startsWith(".problems")
      ? { symbol: mark("symbol"), name: mark("name") }
      : mark("argument");
    return [[path, String((node as (argument: unknown) => unknown)(argument))]];
  }
  return Object.entries(node as object).flatMap(([key, child]) =>
    messagesOf(child, `${path}.${key}`),
  );
}

const english = new Map(messagesOf(en));
const spanish = new Map(messagesOf(es));

test("both catalogues have the same messages, none of them empty", () => {
  expect([...spanish.keys()]).toEqual([...english.keys()]);
  for (const [path, text] of [...english, ...spanish]) expect(text.trim(), path).not.toBe("");
});

test("nothing was left untranslated", () => {
  const same = [...english].filter(([path, text]) => spanish.get(path) === text);
  expect(same.map(([path]) => path)).toEqual([]);
});

test("whatever a message is told, it says in both languages", () => {
  const marks = (text = "") => text.match(/⟨\w+⟩/g) ?? [];
  for (const [path, text] of english) {
    expect(marks(spanish.get(path)).sort(), path).toEqual(marks(text).sort());
  }
});

test("the remembered language wins, then the browser's first that we speak, then English", () => {
  expect(preferredLanguage("es", ["en-US"])).toBe("es");
  expect(preferredLanguage(null, ["fr-FR", "es-PE", "en"])).toBe("es");
  expect(preferredLanguage(null, ["fr-FR"])).toBe("en");
  expect(preferredLanguage("klingon", ["es"])).toBe("es");
});

test("numbers follow the person's region", () => {
  expect(localeOf("es", ["en-US", "es-PE"])).toBe("es-PE");
  expect(localeOf("es", ["en-US"])).toBe("es");
});

test("moments are told in words of the language", () => {
  expect(formatAgo(30, "en")).toBeUndefined();
  expect(formatAgo(125, "en")).toBe("2 min. ago");
  expect(formatAgo(3 * 86_400, "es")).toBe("hace 3 d");
  expect(formatSpan(90, "en")).toBe("2 min");
});
