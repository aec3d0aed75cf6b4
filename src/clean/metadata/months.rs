//! Names of the months. A name stands once, also if it is that of several languages; short forms that are the first
//! three letters of a name need not stand here.

/// By month, in small letters and without dots: Germanic, Romance, Slavonic, Baltic, Finnic, then the others.
pub(super) const MONTHS: [&str; 12] = [
    "january januar jänner jan januari janúar janvier enero gennaio janeiro gener ianuarie ene gen января январь янв \
     січня січень янв студзеня януари јануар јануара јануари stycznia styczeń sty ledna leden januára január januarja \
     siječnja siječanj sausio sausis janvāris janvārī jaanuar tammikuuta tammikuu ocak oca ιανουαρίου ιανουάριος ιαν \
     január yanvar yanuari يناير كانون‌الثاني ژانویه जनवरी জানুয়ারি มกราคม ม.ค ינואר בינואר urtarrilak xaneiro",
    "february februar feber feb februari febrúar février fév févr febrero febbraio fevereiro febrer februarie fev \
     февраля февраль фев лютого лютий лютага февруари фебруар фебруара lutego luty lut února únor februára február \
     februarja veljače veljača vasario vasaris februāris februārī veebruar helmikuuta helmikuu şubat şub φεβρουαρίου \
     φεβρουάριος φεβ fevral pebruari فبراير شباط فوریه फ़रवरी फरवरी ফেব্রুয়ারি กุมภาพันธ์ ก.พ פברואר בפברואר febreiro",
    "march mar märz maerz mrz maart mars mars marzo março març martie марта март мар березня березень сакавіка марта \
     mart marca marzec března březen ožujka ožujak kovo kovas marts martā märts maaliskuuta maaliskuu μαρτίου μάρτιος \
     március márc maret مارس آذار मार्च মার্চ มีนาคม มี.ค מרץ במרץ marca marec",
    "april apr apríl avril avr abril aprile aprilie abr апреля апрель апр квітня квітень красавіка април kwietnia \
     kwiecień kwi dubna duben apríla aprila travnja travanj balandžio balandis aprīlis aprīlī aprill huhtikuuta \
     huhtikuu nisan nis απριλίου απρίλιος απρ április ápr أبريل إبريل نيسان آوریل अप्रैल এপ্রিল เมษายน เม.ย אפריל באפריל",
    "may mai mei maj maí mayo mag maggio maio maig мая май травня травень траўня мај маја maja května květen mája máj \
     svibnja svibanj gegužės gegužė maijs maijā toukokuuta toukokuu mayıs μαΐου μάιος μαι május máj مايو أيار مه मई মে \
     พฤษภาคม พ.ค מאי במאי mayıs",
    "june jun juni júní juin junio giugno giu junho juny iunie июня июнь июн червня червень чэрвеня юни јун јуна \
     czerwca czerwiec cze června červen júna jún junija lipnja lipanj birželio birželis jūnijs jūnijā juuni kesäkuuta \
     kesäkuu haziran haz ιουνίου ιούνιος ιουν június jún iyun يونيو حزيران ژوئن जून জুন มิถุนายน มิ.ย יוני ביוני xuño",
    "july jul juli júlí juillet juil julio luglio lug julho juliol iulie июля июль июл липня липень ліпеня юли јул јула \
     lipca lipiec lip července červenec júla júl julija srpnja srpanj liepos liepa jūlijs jūlijā juuli heinäkuuta \
     heinäkuu temmuz tem ιουλίου ιούλιος ιουλ július júl iyul يوليو تموز ژوئیه जुलाई জুলাই กรกฎาคม ก.ค יולי ביולי xullo",
    "august aug augustus augusti ágúst août aout agosto ago agost авг августа август серпня серпень жніўня август \
     sierpnia sierpień sie srpna srpen augusta avgusta kolovoza kolovoz rugpjūčio rugpjūtis augusts \
     augustā elokuuta elokuu ağustos ağu αυγούστου αύγουστος αυγ augusztus aug avqust agustus أغسطس آب اوت अगस्त আগস্ট \
     สิงหาคม ส.ค אוגוסט באוגוסט avgust",
    "september sep sept septembre septiembre settembre setembro setembre septembrie set сентября сентябрь сен сент \
     вересня вересень верасня септември септембар септембра września wrzesień wrz září zář septembra rujna rujan \
     rugsėjo rugsėjis septembris septembrī syyskuuta syyskuu eylül eyl σεπτεμβρίου σεπτέμβριος σεπ szeptember szept \
     sentyabr سبتمبر أيلول سپتامبر सितंबर सितम्बर সেপ্টেম্বর กันยายน ก.ย ספטמבר בספטמבר",
    "october oct oktober okt október octobre octubre ottobre ott outubro out octombrie oktober октября октябрь окт \
     жовтня жовтень кастрычніка октомври октобар октобра października październik paź října říjen októbra oktobra \
     spalio spalis oktobris oktobrī oktoober lokakuuta lokakuu ekim eki οκτωβρίου οκτώβριος οκτ október \
     oktyabr أكتوبر تشرين‌الأول اکتبر अक्टूबर অক্টোবর ตุลาคม ต.ค אוקטובר באוקטובר",
    "november nov nóvember novembre noviembre novembro noiembrie ноября ноябрь ноя нояб листопада листопад лістапада \
     ноември новембар новембра listopada listopad lis listopadu novembra studenoga studenog studeni lapkričio \
     lapkritis novembris novembrī marraskuuta marraskuu kasım kas νοεμβρίου νοέμβριος νοε noyabr نوفمبر نوامبر नवंबर \
     নভেম্বর พฤศจิกายน พ.ย נובמבר בנובמבר",
    "december dec dezember dez desember décembre déc diciembre dic dicembre dezembro desembre decembrie декабря \
     декабрь дек грудня грудень снежня декември децембар децембра grudnia grudzień gru prosince prosinec decembra \
     december prosinca prosinac gruodžio gruodis decembris decembrī detsember joulukuuta joulukuu aralık ara δεκεμβρίου \
     δεκέμβριος δεκ dekabr desember ديسمبر دسامبر दिसंबर दिसम्बर ডিসেম্বর ธันวาคม ธ.ค דצמבר בדצמבר decembrie",
];

/// The month, 1 to 12, that a word in small letters names. `listopad` is October in Croatian alone.
pub(super) fn month(word: &str, lang: Option<&str>) -> Option<u8> {
    let word = word.trim_end_matches('.');
    if word.len() < 3 || word.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if word.starts_with("listopad")
        && lang.is_some_and(|lang| lang.starts_with("hr") || lang.starts_with("bs"))
    {
        return Some(10);
    }
    MONTHS.iter().position(|names| names.split(' ').any(|name| name == word)).map(|at| at as u8 + 1)
}
