import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDecoder } from "../../../src/documents/decoders.ts";
import { decodeText } from "../../../src/documents/encoding.ts";
import { decodeKorean } from "../../../src/documents/korean.ts";
import { encodeText, encodeUtf16, KOREAN_TEXT } from "../../fixtures/documents.ts";

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(" ", ""), "hex");

const SENTENCES: readonly (readonly [string, string])[] = [
  ["euc-kr", "오늘은 날씨가 좋습니다. 내일은 비가 온다고 합니다."],
  ["shift_jis", "今日は天気がいいです。明日は雨が降るそうです。"],
  ["euc-jp", "今日は天気がいいです。明日は雨が降るそうです。"],
  ["gb18030", "今天天气很好，明天会下雨，我们在家里看书。"],
  ["big5", "今天天氣很好，明天會下雨，我們在家裡看書。"],
  ["windows-1251", "Сегодня хорошая погода, завтра будет дождь. Мы останемся дома."],
  ["koi8-r", "Сегодня хорошая погода, завтра будет дождь. Мы останемся дома."],
  ["windows-1252", "Été à la plage, où le garçon mange une pâtisserie très sucrée."],
];

describe("decodeText", () => {
  it("reads UTF-8 with and without a byte order mark", async () => {
    expect(await decodeText(Buffer.from(KOREAN_TEXT))).toEqual({ text: KOREAN_TEXT, encoding: "utf-8", warnings: [] });
    const marked = await decodeText(Buffer.from(`\uFEFF${KOREAN_TEXT}`));
    expect(marked).toEqual({ text: KOREAN_TEXT, encoding: "utf-8", warnings: [] });
  });

  it.each(["le", "be"] as const)("reads UTF-16%s with and without a byte order mark", async (order) => {
    const expected = { text: KOREAN_TEXT, encoding: `utf-16${order}`, warnings: [] };
    expect(await decodeText(encodeUtf16(KOREAN_TEXT, order))).toEqual(expected);
    expect(await decodeText(encodeUtf16(KOREAN_TEXT, order, false))).toEqual(expected);
  });

  it("reads UTF-16 whose letters have zero bytes on the other side", async () => {
    const text = "가나다 가방 가게 가수\n가을 하늘\n";
    expect((await decodeText(encodeUtf16(text, "le", false))).text).toBe(text);
  });

  it.each([
    ["utf-32le", "fffe0000 61000000 4cc70000 fb440200"],
    ["utf-32be", "0000feff 00000061 0000c74c 000244fb"],
    ["utf-32le", "61000000 4cc70000 fb440200"],
    ["utf-32be", "00000061 0000c74c 000244fb"],
  ])("reads %s by its mark or by its zero bytes: %s", async (encoding, bytes) => {
    expect(await decodeText(hex(bytes))).toEqual({ text: "a음𤓻", encoding, warnings: [] });
  });

  it.each(["le", "be"] as const)(
    "reads Chinese in UTF-16%s without a mark, also where no byte is zero",
    async (order) => {
      const text = "今天天气很好，明天会下雨，我们在家里看书。";
      expect(await decodeText(encodeUtf16(text, order, false))).toMatchObject({ text, encoding: `utf-16${order}` });
    },
  );

  it("does not take a text with a NUL byte for UTF-16, wherever it is", async () => {
    for (const at of [0, 1, 2, 15, 16, 33]) {
      for (const text of ["The meeting begins at nine o'clock. ", "회의는 아홉 시에 시작합니다. 늦지 마세요"]) {
        const damaged = Buffer.from(`${text.slice(0, at)}\0${text.slice(at)}`);
        expect(await decodeText(damaged)).toMatchObject({ text: damaged.toString(), encoding: "utf-8" });
      }
    }
  });

  it("does not take an escape sequence in another text for ISO-2022", async () => {
    for (const text of ["log \u001B$Bok\u001B[0m 한글\n", "log \u001B$Bok\u001B[0m plain\n"]) {
      expect(await decodeText(Buffer.from(text))).toMatchObject({ text, encoding: "utf-8" });
    }
  });

  it("reads ISO-2022-KR, without its header and shifts", async () => {
    const bytes = Buffer.from("\u001B$)C\u000E>H3gGO<<?d\u000F hi\n", "latin1");
    expect(await decodeText(bytes)).toEqual({ text: "안녕하세요 hi\n", encoding: "iso-2022-kr", warnings: [] });
  });

  it("believes an XML declaration", async () => {
    const text = '<?xml version="1.0" encoding="Shift_JIS"?><p>日本</p>';
    expect(await decodeText(encodeText(text, "shift_jis"))).toEqual({ text, encoding: "shift_jis", warnings: [] });
  });

  it("does not call a declared encoding that fits a guess, also where it is the usual one", async () => {
    const page = encodeText('<meta charset="iso-8859-1"><p>café £5</p>', "windows-1252");
    expect(await decodeText(page, { html: true })).toMatchObject({ encoding: "windows-1252", warnings: [] });
  });

  it.each([
    ["big5", "台灣，你好"],
    ["gb18030", "你好，世界！"],
    ["windows-1251", "Привет, мир"],
    ["windows-1253", "Καλημέρα κόσμε"],
    ["windows-874", "ภาษาไทยเป็นภาษาที่มีวรรณยุกต์"],
    ["windows-1255", "שלום לכולם, היום יום יפה מאוד"],
    ["windows-1256", "صباح الخير، كيف حالكم اليوم"],
    ["macintosh", "Résumé naïve café – “déjà vu” à Québec"],
  ])("tells %s from a few words: %s", async (encoding, text) => {
    expect(await decodeText(encodeText(text, encoding))).toMatchObject({ text, encoding });
  });

  it("reads Johab and the frames of DOS, for which Node has no decoders", async () => {
    const johab = hex("b4 65 91 77 d0 61 ad 41 b6 61 20 b5 61 9c e1 a6 85 2e".repeat(4));
    expect(await decodeText(johab)).toMatchObject({ text: "안녕하세요 여러분.".repeat(4), encoding: "johab" });
    const frame = await decodeText(hex("c9cdcdbb0a ba6162ba0a c8cdcdbc0a"));
    expect(frame).toMatchObject({ text: "╔══╗\n║ab║\n╚══╝\n", encoding: "ibm437" });
  });

  it.each(SENTENCES)("tells %s from a sentence", async (encoding, sentence) => {
    expect(await decodeText(encodeText(sentence, encoding))).toMatchObject({ text: sentence, encoding });
  });

  it("tells ISO-2022-JP by its escapes", async () => {
    expect(await decodeText(hex("1b2442 467c 4b5c 1b2842"))).toMatchObject({ text: "日本", encoding: "iso-2022-jp" });
  });

  it.each(
    "안녕 한국 서울 커피 김철수 홍길동 회의록 토마토 카카오톡 감사합니다 사랑해요 주문번호 배송완료 대한민국 안녕하세요 쿠키 떡볶이 ㅋㅋㅋ".split(
      " ",
    ),
  )("reads %s alone in EUC-KR", async (word) => {
    expect(await decodeText(encodeText(word, "euc-kr"))).toEqual({ text: word, encoding: "euc-kr", warnings: [] });
  });

  it("reads any two to eight standard syllables in EUC-KR unless they happen to be UTF-8", async () => {
    const standard = Array.from({ length: 25 * 94 }, (_, index) => [
      0xb0 + Math.floor(index / 94),
      0xa1 + (index % 94),
    ]);
    const words = fc
      .array(fc.constantFrom(...standard), { minLength: 2, maxLength: 8 })
      .map((pairs) => Buffer.from(pairs.flat()));
    await fc.assert(
      fc.asyncProperty(words, async (bytes) => {
        const { encoding } = await decodeText(bytes);
        expect(encoding).toBe(bytes.equals(Buffer.from(bytes.toString("utf8"))) ? "utf-8" : "euc-kr");
      }),
      // Of all such words one in 20,000 is four frequent characters of Chinese or Japanese as well, and is read so.
      { seed: 1, numRuns: 500 },
    );
  });

  it("reads syllables that are others in UTF-16 as EUC-KR", async () => {
    expect(await decodeText(Buffer.from("c6ccc6b4", "hex"))).toMatchObject({ encoding: "euc-kr", text: "팟틈" });
  });

  it("reads a few Korean cells after 100 KB of digits", async () => {
    const table = Buffer.concat([Buffer.from("1,2,3\n".repeat(20_000)), encodeText("이름,홍길동\n", "euc-kr")]);
    expect(await decodeText(table)).toMatchObject({ encoding: "euc-kr", warnings: [] });
  });

  it("reads Korean with Latin words, digits and Chinese characters in it", async () => {
    const text = "Hello 세계, 2026년 韓國 한국어 漢字 혼용";
    expect(await decodeText(encodeText(text, "euc-kr"))).toMatchObject({ text, encoding: "euc-kr" });
  });

  it("does not take Western, Russian or Japanese words for Korean", async () => {
    expect((await decodeText(encodeText("Grüße aus Köln", "windows-1252"))).text).toBe("Grüße aus Köln");
    expect((await decodeText(encodeText("Привет", "windows-1251"))).text).toBe("Привет");
    expect((await decodeText(encodeText("こんにちは", "shift_jis"))).text).toBe("こんにちは");
    expect((await decodeText(encodeText("カタカナ", "euc-jp"))).text).toBe("カタカナ");
  });

  it("believes a declared charset that fits the bytes, the content type's first", async () => {
    const ambiguous = encodeText("Да", "windows-1251");
    expect((await decodeText(ambiguous, { contentType: "text/plain; charset=windows-1251" })).text).toBe("Да");
    const page = encodeText('<meta charset="windows-1251"><p>Да</p>', "windows-1251");
    expect((await decodeText(page, { html: true })).encoding).toBe("windows-1251");
    const both = { html: true, contentType: 'text/html; charset="koi8-r"' };
    expect((await decodeText(page, both)).encoding).toBe("koi8-r");
  });

  it("prefers what the bytes say to a declaration that servers add by default or that does not exist", async () => {
    const bytes = encodeText("안녕하세요", "euc-kr");
    for (const charset of ["iso-8859-1", "utf-8", "nonsense"]) {
      expect((await decodeText(bytes, { contentType: `text/plain; charset=${charset}` })).text).toBe("안녕하세요");
    }
    expect((await decodeText(Buffer.from("안녕"), { contentType: "text/plain; charset=euc-kr" })).text).toBe("안녕");
  });

  it("says so where the declared charset does not fit", async () => {
    const { warnings } = await decodeText(encodeText("안녕하세요", "euc-kr"), {
      contentType: "text/plain; charset=shift_jis",
    });
    expect(warnings).toEqual([expect.stringContaining("The declared encoding shift_jis does not fit")]);
  });

  it("reads UTF-8 with a cut last character and EUC-KR with a damaged one, and says so", async () => {
    const cut = await decodeText(Buffer.from("안녕하세요").subarray(0, -1));
    expect(cut).toMatchObject({
      text: "안녕하세\uFFFD",
      encoding: "utf-8",
      warnings: [expect.stringContaining("1 place is")],
    });
    const text = SENTENCES[0]?.[1].repeat(10) ?? "";
    const damaged = await decodeText(Buffer.concat([encodeText(text, "euc-kr"), Buffer.from([0xff, 0x0a])]));
    expect(damaged).toMatchObject({ encoding: "euc-kr", warnings: [expect.stringContaining("U+FFFD")] });
  });

  it("says so where it could only guess", async () => {
    const { encoding, warnings } = await decodeText(encodeText("café", "windows-1252"));
    expect(encoding).toBe("windows-1252");
    expect(warnings).toEqual([expect.stringContaining("guessed")]);
  });
});

describe("decodeKorean", () => {
  it.each([
    ["갂", "8141"],
    ["똠", "8c63"],
    ["뷁", "94ee"],
    ["펲", "bc84"],
    ["햏", "c164"],
    ["됬", "89e7"],
    ["힣", "c652"],
    ["€", "a2e6"],
  ])("reads %s, which EUC-KR lacks and windows-949 has", (character, bytes) => {
    expect(decodeKorean(hex(bytes))).toBe(character);
  });

  it("has all 11,172 syllables, each once", () => {
    const found = new Map<string, number>();
    for (let lead = 0x81; lead <= 0xfe; lead += 1) {
      for (let trail = 0x41; trail <= 0xfe; trail += 1) {
        const text = decodeKorean(Uint8Array.of(lead, trail));
        if (/^[가-힣]$/u.test(text)) found.set(text, (found.get(text) ?? 0) + 1);
      }
    }
    expect(found.size).toBe(11_172);
    expect(new Set(found.values())).toEqual(new Set([1]));
  });

  it("reads the standard part as Node does", () => {
    const bytes = encodeText(KOREAN_TEXT, "euc-kr");
    expect(decodeKorean(bytes)).toBe(new TextDecoder("euc-kr").decode(bytes));
  });

  it("reads a character that is cut between two pieces", () => {
    const decoder = createDecoder("euc-kr");
    expect(decoder.decode(hex("61b0"), false) + decoder.decode(hex("a162"), true)).toBe("a가b");
  });

  it("replaces an invalid byte and goes on with the next", () => {
    expect(decodeKorean(hex("ff 41 b0a1 80 b0"))).toBe("\uFFFDA가\uFFFD\uFFFD");
  });
});
