import { describe, expect, it } from "vitest";
import { decodeText } from "../../../src/documents/encoding.ts";

/** Words and sentences without any declaration, as Python's codecs write them: encoding, text, and its bytes. */
const TEXTS: readonly (readonly [encoding: string, text: string, base64: string])[] = [
  ["cp1252", "¿Cómo estás, niño?", "v0PzbW8gZXN04XMsIG5p8W8/"],
  [
    "cp1252",
    "Les élèves étaient très fatigués après l’école. Où êtes-vous allés ? Cœur.\n",
    "TGVzIOls6HZlcyDpdGFpZW50IHRy6HMgZmF0aWd16XMgYXBy6HMgbJLpY29sZS4gT/kg6nRlcy12b3VzIGFsbOlzID8gQ5x1ci4K",
  ],
  ["iso8859-15", "Ça va très bien", "x2EgdmEgdHLocyBiaWVu"],
  ["cp1252", "Hej då", "SGVqIGTl"],
  ["iso8859-2", "Příliš žluťoučký kůň", "UPjtbGm5IL5sdbtvdehr/SBr+fI="],
  [
    "iso8859-2",
    "Praha je hlavní město České republiky a její největší město. Řeka Vltava teče přes město.\n",
    "UHJhaGEgamUgaGxhdm7tIG3sc3RvIMhlc2vpIHJlcHVibGlreSBhIGplau0gbmVqdux0ue0gbexzdG8uINhla2EgVmx0YXZhIHRl6GUgcPhlcyBt7HN0by4K",
  ],
  ["cp1250", "Árvíztűrő tükörfúrógép", "wXJ27Xp0+3L1IHT8a/ZyZvpy82fpcA=="],
  ["cp1250", "Zażółć gęślą jaźń", "WmG/87PmIGfqnGy5IGphn/E="],
  [
    "mac_cyrillic",
    "Сегодня мы поедем на дачу, потому что погода хорошая.\nЗавтра будет дождь.\n",
    "keXj7uTt3yDs+yDv7uXk5ewg7eAg5OD38ywg7+7y7uzzIPfy7iDv7uPu5OAg9e7w7vjg3y4Kh+Di8vDgIOHz5OXyIOTu5uT8Lgo=",
  ],
  ["koi8-r", "Привет, как дела?", "8NLJ18XULCDLwcsgxMXMwT8="],
  ["koi8-u", "Доброго ранку, друзі", "5M/C0s/HzyDSwc7L1SwgxNLV2qY="],
  ["cp1255", "שלום", "+ezl7Q=="],
  ["cp1255", "מה שלומך היום?", "7uQg+ezl7uog5Onl7T8="],
  ["cp1256", "كيف حالك اليوم؟", "3+3dIM3H4d8gx+Ht5uO/"],
  ["iso8859-7", "Τι κάνεις σήμερα;", "1Okg6tzt5enyIPPe7OXx4Ts="],
  ["tis-620", "สวัสดี", "ysfRyrTV"],
  ["cp874", "สวัสดีครับ คุณสบายดีไหม", "ysfRyrTVpMPRuiCk2LPKutLCtNXky8E="],
  ["euc_jp", "会議資料", "svG1xLvxzsE="],
  [
    "euc_jp",
    "会議資料一覧表 平成三十年度 東京都千代田区 株式会社日本電気\n",
    "svG1xLvxzsGw7M33yb0gyr/Arruwvb3Hr8XZIMXstf7F1MDpwuXFxLboILP0vLCy8bzSxvzL3MXFtaQK",
  ],
  [
    "shift_jis",
    "会議資料一覧表 平成三十年度 東京都千代田区 株式会社日本電気\n",
    "ie+LY46Rl7+I6peXlVwglb2QrI5Pj1yUTpN4IJOMi56Tc5DnkeOTY4vmIIqUjq6J747Qk/qWe5Nki0MK",
  ],
  ["gbk", "今天天气很好", "vfHM7Mzsxvi63LrD"],
  [
    "big5",
    "臺灣的首都是臺北，我們明天去參觀故宮博物院，請準時到達。\n",
    "u0/GV6q6rbqzo6xPu0+lX6FBp9qtzKn6pNGlaLDRxlusR65js9Wqq7B8oUG90LfHrsmo7LlGoUMK",
  ],
  [
    "johab",
    "햏자들의 똠얌꿍 먹기 대회가 열렸습니다. 믜희 씨가 우승했습니다.\n",
    "0J24YZdpt4EgmbG0sY6XIKDii6EglIHSQYhhILVpnXavc5OhlGEuIKOB04Egs6GIYSC2ga930Javc5OhlGEuCg==",
  ],
  ["cp1258", "Tiếng Việt rất hay", "VGnq7G5nIFZp6vJ0IHLi7HQgaGF5"],
  [
    "cp855",
    "Сегодня мы поедем на дачу, потому что погода хорошая. Завтра будет дождь.",
    "5Kis1qbU3iDS8SDY1qimqNIg1KAgpqD75ywg2Nbl1tLnIPvl1iDY1qzWpqAgtdbh1vWg3i4g9KDr5eGgIKLnpqjlIKbW6abtLg==",
  ],
  [
    "cp1252",
    "He said, “The name is Bond” – and paid £825.",
    "SGUgc2FpZCwgk1RoZSBuYW1lIGlzIEJvbmSUIJYgYW5kIHBhaWQgozgyNS4=",
  ],
  ["koi8-r", "Адрес", "4cTSxdM="],
  ["cp1251", "МОСКВА", "zM7RysLA"],
  ["cp866", "Договор", "hK6jrqKu4A=="],
  ["big5", "中國", "pKSw6g=="],
  ["big5", "機器學習", "vve+ub7Hst8="],
  ["shift_jis", "請求書", "kL+LgY+R"],
  ["shift_jis", "合計", "jYeMdg=="],
  ["gbk", "密码错误", "w9zC67TtzvM="],
  ["cp1254", "teşekkürler", "dGX+ZWtr/HJsZXI="],
  ["cp850", "Die Prüfung fällt aus.", "RGllIFBygWZ1bmcgZoRsbHQgYXVzLg=="],
  ["mac_roman", "l’été dernier", "bNWOdI4gZGVybmllcg=="],
  ["euc_kr", "똠방각하", "pNSkqKTHpLG55rCix88="],
  ["utf-16le", "你好", "YE99WQ=="],
  ["utf-16be", "上海", "Tgptdw=="],
  ["utf-16be", "台灣積體電路製造", "U/BwY3pNmtSW+43viP2QIA=="],
  ["utf-16le", "홍길동", "TdY4rtmz"],
  ["utf-16be", "会議資料", "TxqLcIzHZZk="],
  ["utf-16le", "お元気ですか", "SjBDURdsZzBZMEsw"],
  ["utf-16be", "สวัสดี", "DioOJw4xDioOFA41"],
  ["utf-16be", "Καλημέρα", "A5oDsQO7A7cDvAOtA8EDsQ=="],
  ["utf-16le", "كيف حالك اليوم؟", "QwZKBkEGIAAtBicGRAZDBiAAJwZEBkoGSAZFBh8G"],
];

/** Words whose bytes are as likely of another language. */
const AMBIGUOUS: readonly string[] = [
  "wcLBwg==",
  "taW82w==",
  "svrGtyy827jx",
  "s+a7+Q==",
  "yPe5zQ==",
  "v8C4srXC",
  "YE99WQ==",
];

describe("a text in an encoding that nothing declares", () => {
  it.each(TEXTS)("is read from %s: %j", async (_encoding, text, base64) => {
    const decoded = await decodeText(Buffer.from(base64, "base64"));
    expect(decoded.text.normalize("NFC")).toBe(text.normalize("NFC"));
  });

  it("is no kana where it is digits and marks", async () => {
    const table = Buffer.from("0,0,0,0,0,0,caf\u00E9\n", "latin1");
    expect((await decodeText(table)).text).toBe("0,0,0,0,0,0,caf\u00E9\n");
  });

  it.each(AMBIGUOUS)("comes with a warning where it may be of two languages: %s", async (base64) => {
    const { warnings } = await decodeText(Buffer.from(base64, "base64"));
    expect(warnings).toEqual([expect.stringContaining("guessed")]);
  });

  it.each(["OK", "test", "id=5", "0x1a", "1,2,3,4\n", "Make it so"])(
    "is no UTF-16 where it is ASCII: %j",
    async (text) => {
      expect(await decodeText(Buffer.from(text))).toEqual({ text, encoding: "utf-8", warnings: [] });
    },
  );

  it("comes with a warning where two letters may be of either language", async () => {
    expect((await decodeText(Buffer.from("xOO6wwAA", "base64").subarray(0, 4))).warnings).toHaveLength(1);
  });

  it("is not called damaged where U+FFFD is a character of its own", async () => {
    expect((await decodeText(Buffer.from("a \uFFFD b"))).warnings).toEqual([]);
  });
});
