/** The Chinese characters that are most frequent in Japanese, and in Chinese written with simplified and full forms. */
const JAPANESE =
  "日一国人年大十二本中長出三時行見月分後前生五間上東四今金九入学高円子外八六下来気小七山話女北午百書先名川千水半男西電" +
  "校語土木聞食車何南万毎白天母火右読友左休父雨会社事自発地業方新場員立開手力問代明動京目通言理体田主題意不作用度強公持野" +
  "以思家世多正安院心界教文元重近考画海売知道集別物使品計死特私始朝運終台広住真有口少町料工建空急止送切転研足究楽起着店病" +
  "質待試族銀早映親験英医仕去味写字答夜音注帰古歌買悪図週室歩風紙黒花春赤青館屋色走秋夏習駅洋旅服夕借曜貸堂鳥飯勉冬昼茶弟" +
  "牛魚犬株式表資議覧都区県市号番平成令和昭報情機関部課係長員様御製造販商在庫数量単価額合計請求納期払込銀座京阪府郡村丁" +
  "備考銘柄産業省連際済税込送請領収書付録注文届先氏価格鈴木佐藤田中高橋渡辺伊山村議院選挙政治経営務法律課";
const SIMPLIFIED =
  "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方" +
  "多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情" +
  "明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西月话合回特代内信表化老给世" +
  "位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活更别打女变四神总何电数安少报才结反受目太量再" +
  "感建务做接必场件计管期市直德资命山金指许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式" +
  "色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运谢您请吗哪爱午早晚朋友吃喝买卖店饭茶京华" +
  "姓址价票称备注码错误编订单软号库存客款付收支税额版权网品货送联系邮箱账户密张李刘陈杨赵黄周吴徐孙胡朱林何郭罗会议录你好机器习智能北京上海深圳";
const FULL =
  "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行所然家種事成方" +
  "多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心她本前開但因只從想實日軍者意無力它與長把機十民第公此已工使情" +
  "明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什二等產或新己制身果加西月話合回特代內信表化老給世" +
  "位次度門任常先海通教兒原東聲提立及比員解水名真論處走義各入幾口認條平系氣題活更別打女變四神總何電數安少報才結反受目太量再" +
  "感建務做接必場件計管期市直德資命山金指許統區保至隊形社便空決治展馬科司五基眼書非則聽白卻界達光放強即像難且權思王象完設式" +
  "色路記南品住告類求據程北邊死張該交規萬取拉格望覺術領共確傳師觀清今切院讓識候帶導爭運謝您請嗎哪愛午早晚朋友吃喝買賣店飯茶臺灣華" +
  "姓址價票稱備註碼錯誤編訂單軟體號庫存客款付收支稅額版權網品貨送聯繫郵箱帳戶密張李劉陳楊趙黃周吳徐孫胡朱林何郭羅議錄你好機器習智慧謝您香港積電路灣";

/** The encodings of texts in Chinese characters, each with those that are frequent in its language. */
export const FREQUENT_HAN: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["euc-jp", new Set(JAPANESE)],
  ["shift_jis", new Set(JAPANESE)],
  ["gb18030", new Set(SIMPLIFIED)],
  ["big5", new Set(FULL)],
]);

/** Of each standard the lead bytes of its first level, the characters in common use, in an encoding that has it. */
const FIRST_LEVELS: ReadonlyMap<string, readonly [encoding: string, first: number, last: number]> = new Map([
  ["euc-jp", ["euc-jp", 0xb0, 0xcf]],
  ["shift_jis", ["euc-jp", 0xb0, 0xcf]],
  ["gb18030", ["gb18030", 0xb0, 0xd7]],
  ["big5", ["big5", 0xa4, 0xc6]],
]);

const commonHan = new Map<string, ReadonlySet<string>>();

const readFirstLevel = (encoding: string): ReadonlySet<string> => {
  const [standard, first, last] = FIRST_LEVELS.get(encoding) ?? ["gb18030", 1, 0];
  const decoder = new TextDecoder(standard);
  const found = new Set<string>();
  for (let lead = first; lead <= last; lead += 1) {
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      const isOther = trail < 0xa1 && standard !== "big5";
      if (!isOther) found.add(decoder.decode(Uint8Array.of(lead, trail)));
    }
  }
  return found;
};

/** Whether a character is of the first level of its standard: the 3,000 to 5,000 in common use. */
export function isCommonHan(encoding: string, character: string): boolean {
  const common = commonHan.get(encoding) ?? readFirstLevel(encoding);
  commonHan.set(encoding, common);
  return common.has(character);
}
