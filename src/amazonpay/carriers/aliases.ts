/**
 * Other names of carriers: everyday names, those of Shopify, WooCommerce, Magento, PayPal, eBay, Klarna and Shippo, names of services, and
 * AfterShip's slugs that differ from Amazon's codes.
 *
 * Amazon's own codes and names are left out, and so is what differs from them only by case, accents, spaces or punctuation. Which carrier a
 * name means is our own reading of public lists (inferred). A name that may mean several carriers, or one that Amazon does not list, is in
 * `UNSURE`. A title of carrier and service needs no alias: its start is looked up.
 *
 * @module
 */
import type { ListedCarrierCode } from './table.ts';

/** Names that mean one carrier, separated by commas. */
export const ALIASES: Readonly<Partial<Record<ListedCarrierCode, string>>> = {
  ABF: 'Arkansas Best',
  AN_POST: 'Ireland Post, Irish Post',
  APC: 'APC Postal',
  APC_OVERNIGHT: 'The Alternative Parcels Company',
  ASENDIA_USA: 'Asendia US',
  AUSTRALIA_POST: 'AusPost',
  BELPOST: 'Belpochta, Белпочта',
  BGPOST: 'Bulgarian Post, Bulgaria Post, Български пощи',
  BLUEDART: 'Blue Dart Express',
  BONDSCOURIERS: 'Bonds',
  BPOST: 'Belgium Post, Belgian Post',
  BRAZIL_CORREIOS: 'Correios, Correios do Brasil, Correios BR, Correos BR, Brazilian Post',
  BRT_IT: 'BRT, Bartolini, Bartolini (BRT), BRT Corriere Espresso',
  CANADA_POST: 'Postes Canada, Poste Canada',
  CANPAR: 'Canpar Express',
  CESKA_POSTA: 'Czech Post',
  CHINA_POST: '中国邮政, 中國郵政',
  CHRONOPOST_FRANCE: 'Chronopost, Chrono 10, Chrono 13, Chrono 18, Chrono Classic, Chrono Express, Chrono Relais, Chrono Shop2Shop',
  COLISSIMO: 'Colissimo Domicile, Colissimo Point Retrait, Colissimo Expert',
  CORREOS_CHILE: 'Chile Post, Correos de Chile',
  CORREOS_DE_MEXICO: 'Mexico Post, Correos Mexico',
  DANMARK_POST: 'Post Danmark, PostNord DK, PostNord Danmark, Denmark Post',
  DHL: 'DHL International, DHL Worldwide Express',
  DHL_DE:
    'DHL Paket, DHL Germany, DHL Deutschland, DHL Intraship, DHL Intraship (DE), DHL Deutsche Post, DHL (Deutsche Post), ' +
    'DE_DHL_DEUTSCHEPOST, DHL Paket National, DHL Paket International, DHL Paket PRIO, DHL Paket Connect, DHL Kleinpaket, ' +
    'DHL Europaket, DHL Päckchen, DHL Packstation',
  DHL_GLOBAL_MAIL: 'DHL eCommerce USA, DHL eCommerce Americas',
  DIRECTFREIGHT_AU: 'Direct Freight',
  DPD: 'Dynamic Parcel Distribution, DPDgroup',
  DPD_DE: 'DPD Deutschland',
  DPD_IRELAND: 'DPD.ie',
  DPD_POLAND: 'DPD.pl, DPD Polska',
  DPD_UK: 'DPD.co.uk, DPD United Kingdom',
  DTDC: 'DTDC Courier',
  EC_FIRSTCLASS: 'Chukou1, CK1',
  EKART: 'Ekart Logistics',
  ELTA_COURIER: 'ELTA, Hellenic Post, Greek Post',
  ESTES: 'Estes Express, Estes Express Lines',
  EXAPAQ: 'DPD FR',
  FEDEX:
    'FDX, Federal Express, FedEx Express, FedEx Ground, FedEx Home Delivery, FedEx SmartPost, FEDEXSP, FedEx SP, ' +
    'FedEx Ground Economy, FedEx 2Day, FedEx Express Saver, FedEx Standard Overnight, FedEx Priority Overnight, ' +
    'FedEx First Overnight, FedEx International Priority, FedEx International Economy, FedEx Regional Economy, フェデックス',
  FEDEX_FIMS: 'FIMS',
  GATI_KWE: 'Gati',
  GEODIS_CALBERSON_FR: 'Geodis Calberson, Calberson',
  GLS: 'General Logistics Systems, GLS Group',
  GLS_ITALY: 'GLS IT, GLS Italia',
  GLS_NETHERLANDS: 'GLS NL, GLS Nederland',
  GSO: 'Golden State Overnight',
  HERMES_DE: 'Hermes Deutschland, Hermes Logistik Gruppe, Hermes Logistik Gruppe Deutschland, Hermes Versand, Hermes Paket, myhermes.de',
  HERMES_IT: 'Hermes Italia',
  HONG_KONG_POST: '香港郵政',
  HRVATSKA_POSTA: 'Croatia Post, Croatian Post',
  INPOST_PACZKOMATY: 'Paczkomaty, Paczkomaty InPost, InPost Paczkomat, InPost Poland, InPost Polska, InPost PL',
  INTERLINK_EXPRESS: 'Interlink',
  ITALY_SDA: 'SDA, SDA Express Courier, SDA Italia',
  JAPAN_POST:
    'Japan Post (EN), Japan Post (JA), Yu-Pack, 日本郵便, 郵便局, ゆうパック, ゆうパケット, ゆうプリ, レターパック, クリックポスト, ' +
    '国際eパケット, 国際eパケットライト',
  KN: 'Kühne + Nagel, Kühne und Nagel, Kuehne und Nagel',
  LASERSHIP: 'LS LaserShip',
  LATVIJAS_PASTS: 'Latvia Post, Latvian Post',
  LA_POSTE_COLISSIMO: 'Groupe La Poste, Coliposte',
  LBCEXPRESS: 'LBC',
  LIETUVOS_PASTAS: 'Lithuania Post, Lithuanian Post, LP Express',
  LONESTAR: 'LSO',
  MAGYAR_POSTA: 'Hungarian Post, Hungary Post, MPL',
  MALAYSIA_POST: 'Pos Laju',
  MEXICO_REDPACK: 'Redpack',
  MYHERMES_UK: 'Evri, Evri UK, Evri (Hermes), Hermes UK, Hermes Parcelnet',
  NACEX_SPAIN: 'NACEX',
  NEW_ZEALAND_POST: 'NZ Post',
  NOVA_POSHTA: 'Новая Почта, Нова Пошта',
  OCA_AR: 'OCA',
  OLD_DOMINION: 'ODFL, Old Dominion Freight',
  PARCEL_FORCE: 'Parcelforce Worldwide, Royal Mail Parcelforce, UK Parcelforce',
  POCZTA_POLSKA: 'Poland Post, Polish Post',
  PORTUGAL_CTT: 'CTT, CTT Portugal, Correios de Portugal',
  POSTA_ROMANA: 'Romania Post, Romanian Post',
  POSTEN_NORGE: 'Bring, Posten Bring, Norway Post',
  POSTE_ITALIANE: 'Italian Post',
  POSTI: 'Itella, Itella Posti, Finland Post',
  POSTUR_IS: 'Íslandspóstur, Pósturinn',
  POST_SLOVENIA: 'Pošta Slovenije, Slovenia Post',
  PROFESSIONAL_COURIERS: 'The Professional Couriers, TPC India',
  PTT_POSTA: 'PTT, PTT Kargo, Turkish Post',
  PUROLATOR: 'Purolator Courier',
  PX_4: '4PX Express, 递四方',
  RL_CARRIERS: 'R+L',
  RUSSIAN_POST: 'Почта России, Russia Post',
  SAGAWA: 'Sagawa (EN), Sagawa (JA), Sagawa Express, 佐川急便, 佐川, 飛脚, 飛脚便, 飛脚宅配便',
  SAIA_FREIGHT: 'Saia',
  SEINO: 'Seino Transportation, 西濃運輸, 西濃, セイノー, カンガルー便',
  SFCSERVICE: 'SFC Fulfillment',
  SF_EXPRESS: '顺丰速运, 順豐速運, 顺丰, 順豐',
  SINGAPORE_POST: 'SingPost',
  SKYNETWORLDWIDE_UK: 'SkyNet UK',
  SMSA_EXPRESS: 'SMSA',
  SPAIN_CORREOS_ES: 'Correos España, Correos Spain, Spain Post, Spanish Post, correos.es',
  SWEDEN_POSTEN: 'PostNord SE, PostNord Sverige, PostNord Sverige AB, Sweden Post, Posten AB',
  SWISS_POST:
    'PostPac, PostPac Priority, PostPac Economy, Die Schweizerische Post, Schweizerische Post, La Poste Suisse, La Posta Svizzera',
  TAIWAN_POST: 'Chunghwa Post',
  TAQBIN_HK: 'Yamato Hong Kong',
  STO: '申通快递, 申通',
  TAQBIN_JP:
    'Yamato, Yamato (EN), Yamato (JA), Yamato Transport, Kuroneko Yamato, ヤマト運輸, ヤマト, クロネコヤマト, クロネコヤマト宅急便, クロネコ, ネコポス, 宅急便コンパクト',
  TAQBIN_MY: 'Yamato Malaysia',
  TAQBIN_SG: 'Yamato Singapore',
  TAXYDROMIKI: 'Geniki',
  THAILAND_POST: 'Thai Post',
  TNT: 'TNT Express, TNT Express (consignment)',
  TNTPOST_IT: 'Nexive',
  TNT_FR: 'TNT Express France',
  TNT_IT: 'TNT Italia, TNT Express Italy',
  TNT_REFERENCE: 'TNT Express (reference)',
  TNT_UK: 'TNT Express UK',
  TUFFNELLS: 'Tuffnells Parcels',
  UKRPOSHTA: 'Укрпошта',
  UPS:
    'United Parcel Service, UPS Ground, UPS Standard, UPS Express, UPS Saver, UPS Next Day Air, UPS 2nd Day Air, UPS 3 Day Select, ' +
    'UPS SurePost, UPS Ground Saver, UPS Worldwide Saver, UPS Worldwide Express, UPS Worldwide Expedited, UPS Germany, UPS.se',
  UPS_MI: 'Mail Innovations',
  USPS:
    'United States Postal Service, US Postal Service, US Mail, USPS Priority Mail, USPS Priority Mail Express, USPS First Class, ' +
    'USPS First-Class Mail, USPS Ground Advantage, USPS Media Mail, USPS Parcel Select',
  XDP_UK: 'XDP',
  YTO: '圆通速递, 圆通',
  YUNDAEX: 'Yunda, 韵达快递, 韵达',
  ZTO_EXPRESS: '中通快递, 中通',
};

/**
 * Names that may mean any of these carriers, or one that Amazon does not list, or no carrier at all. The most likely comes first.
 *
 * They outrank Amazon's codes, because a name that happens to be a code proves nothing: people who write "DHL" seldom mean DHL Express.
 */
export const UNSURE: readonly (readonly [names: string, ...codes: ListedCarrierCode[]])[] = [
  ['DHL', 'DHL', 'DHL_DE', 'DHL_GLOBAL_MAIL', 'DHLPARCEL_NL', 'DHL_ES', 'DHL_POLAND'],
  ['DHLPKTDI, DHL Warenpost, Deutsche Post Warenpost', 'DHL_DE', 'DEUTSCH_POST'],
  ['DHL eCommerce, DHL eCommerce Solutions, DHL ECS', 'DHL_GLOBAL_MAIL', 'DHL_GLOBAL_MAIL_ASIA'],
  ['DHL Parcel', 'DHLPARCEL_NL', 'DHLPARCEL_ES', 'DHL_DE'],
  ['DHL Parcel Benelux', 'DHL_BENELUX', 'DHLPARCEL_NL'],
  ['DHL Parcel UK, DHL eCommerce UK', 'UK_MAIL'],
  ['DHL US, DHL USA', 'DHL_GLOBAL_MAIL', 'DHL'],
  ['DHL UK', 'DHL', 'UK_MAIL'],
  ['DHL Spain, DHL España', 'DHL_ES', 'DHLPARCEL_ES', 'DHL'],
  ['DHL Nederland', 'DHL_NL', 'DHLPARCEL_NL', 'DHL'],
  ['DHL Poland, DHL Polska', 'DHL_POLAND', 'DHL'],
  ['Deutsche Post, Deutsche Post AG, Deutsche Post (DE), Deutsche Post (EN)', 'DHL_DE', 'DEUTSCH_POST'],
  ['Hermes, Hermes Europe', 'HERMES_DE', 'MYHERMES_UK', 'HERMES', 'HERMES_IT'],
  ['myHermes', 'MYHERMES_UK', 'HERMES_DE'],
  ['Evri (international), Evri International', 'MYHERMES_UK'],
  ['Amazon, Amazon FBA, Amazon MCF, Amazon Multi-Channel Fulfillment', 'AMZN'],
  ['InPost', 'INPOST_PACZKOMATY'],
  ['PostNL', 'POSTNL', 'POSTNL_INTERNATIONAL', 'POSTNL_3S'],
  ['PostNord, Portal PostNord', 'POSTNORD', 'SWEDEN_POSTEN', 'DANMARK_POST'],
  ['PostNord NO', 'POSTNORD'],
  ['Posten', 'SWEDEN_POSTEN', 'POSTEN_NORGE'],
  ['Schenker', 'DBSCHENKER_SE', 'DBSCHENKER_SV'],
  ['Austrian Post, Österreichische Post, Österreichische Post AG, post.at', 'AUSTRIAN_POST', 'AUSTRIAN_POST_REGISTERED'],
  ['Die Post', 'SWISS_POST', 'AUSTRIAN_POST', 'DHL_DE'],
  ['Correos', 'SPAIN_CORREOS_ES', 'CORREOS_CHILE', 'CORREOS_DE_MEXICO'],
  ['SEUR', 'SPANISH_SEUR', 'INTERNATIONAL_SEUR', 'PORTUGAL_SEUR'],
  ['GLS Spain, GLS España', 'GLS', 'ASM'],
  ['GLS US, GLS USA, GLS (US)', 'GSO'],
  ['LaserShip/OnTrac, OnTrac/LaserShip', 'ONTRAC', 'LASERSHIP'],
  ['Geodis', 'GEODIS_CALBERSON_FR', 'GEODIS_ESPACE'],
  ['APC', 'APC', 'APC_OVERNIGHT'],
  ['ACS', 'ACSCOURIER', 'ACSWORLDWIDE'],
  ['Asendia', 'ASENDIA_USA', 'ASENDIA_UK', 'ASENDIA_DE', 'ASENDIA_HK'],
  ['Fastway, Fastway Couriers, MyFastway', 'FASTWAY_AU', 'FASTWAY_NZ', 'FASTWAY_IRELAND', 'FASTWAY_ZA'],
  ['Aramex Australia', 'FASTWAY_AU', 'ARAMEX'],
  ['Aramex New Zealand', 'FASTWAY_NZ', 'ARAMEX'],
  ['SkyNet', 'SKYNETWORLDWIDE', 'SKYNET', 'SKYNET_ZA', 'SKYNETWORLDWIDE_UK', 'SKYNETWORLDWIDE_UAE'],
  ['Toll, Toll Group, Toll Express', 'TOLL_IPEC', 'TOLL_PRIORITY'],
  ['Kerry, Kerry Express, Kerry Logistics', 'KERRY_LOGISTICS', 'TGX', 'KERRYTJ', 'KERRYTTC_VN'],
  ['J&T, J&T Express, 极兔速递, 極兔速递, 極兔速遞', 'JTEXPRESS'],
  ['TA-Q-BIN, 宅急便', 'TAQBIN_JP', 'TAQBIN_HK', 'TAQBIN_MY', 'TAQBIN_SG'],
  ['西濃スーパーエキスプレス', 'SEINO'],
  ['飛脚ゆうメール便', 'SAGAWA', 'JAPAN_POST'],
  ['FR_COLIS', 'LA_POSTE_COLISSIMO', 'COLISSIMO'],
  ['Lettre Suivie', 'LA_POSTE_COLISSIMO'],
  ['TNT Post', 'TNTPOST_IT', 'POSTNL'],
  ['Speedex', 'SPEEDEXCOURIER'],
  // Services without tracking.
  ['ゆうメール, スマートレター', 'JAPAN_POST'],
  ['飛脚メール便', 'SAGAWA'],
  ['ePacket', 'CHINA_EMS', 'CHINA_POST'],
  ['EMS', 'JAPAN_POST', 'CHINA_EMS', 'KOREA_POST', 'VNPOST_EMS'],
  ['Speed Post', 'INDIA_POST', 'SINGAPORE_SPEEDPOST'],
  ['Pos Malaysia', 'MALAYSIA_POST', 'MALAYSIA_POST_POSDAFTAR'],
  ['TForce Freight', 'UPS_FREIGHT'],
  // Words of a shipping method too.
  ['Pickup', 'PICKUP', 'PICKUPP_MYS', 'PICKUPP_SGP'],
  ['Instant', 'INSTANT'],
  ['Line', 'LINE'],
  ['Sending', 'SENDING'],
  ['Smooth', 'SMOOTH'],
];

/** Carriers that people and shop systems name and that are not on Amazon's list of June 2020. */
export const UNLISTED: string =
  'Royal Mail, Royal Mail UK, Royal Mail Group, Royal Mail 24, Royal Mail 48, Royal Mail Tracked 24, Royal Mail Tracked 48, ' +
  'Royal Mail Special Delivery, Royal Mail International, RM 24, RM 48, RM Tracked 24, RM Tracked 48, Amazon Logistics, ' +
  'Amazon Logistics UK, Amazon Logistics US, Amazon Shipping, AMZL, AMZL UK, AMZL US, Swiship, InPost UK, InPost Italia, ' +
  'InPost Italy, InPost France, InPost Spain, City Link, DHL Freight, DX, DX Freight, FedEx SameDay, CTT Express, Zeleris, ' +
  'Relais Colis, trans-o-flex, GO! Express, Heppner, Trunkrs, Budbee, Instabox, Helthjem, Eimskip, Packeta, Zásilkovna, PPL, PPL.cz, ' +
  'Slovenská pošta, Urgent Cargus, Cargus, Fan Courier, Sameday, Econt, Speedy, Venipak, Post Luxembourg, Liechtensteinische Post, ' +
  'Makedonska Pošta, MaltaPost, Poșta Moldovei, Azerpost, HayPost, Kazpost, CDEK, СДЭК, Yurtiçi Kargo, Aras Kargo, Aras Cargo, ' +
  'Sürat Kargo, MNG Kargo, GlobalPost, Spee-Dee, Spee-Dee Delivery, XPO, XPO Logistics, TForce Final Mile, TForce Logistics, Veho, ' +
  'UniUni, Jitsu, AxleHire, Better Trucks, CDL Last Mile, Southwest Air Cargo, Alliance Air Freight, Intelcom, Dragonfly, Loomis, ' +
  'Loomis Express, BoxKnight, Bonshaw, Coordinadora, Servientrega, Andreani, Correo Argentino, Chilexpress, PBT Couriers, Northline, ' +
  'Direct Couriers, GO Logistics, Cainiao, Anjun Logistics, YiFan Express, Flash Express, Shadowfax, SHREE NANDAN COURIER, Delnext, ' +
  'Hived, JD Logistics, RXO, Roadrunner, Roadrunner Freight, Passport, Passport Shipping, ParcelPool, Airmee, Early Bird, 京东物流, 京东, ' +
  '福山通運, 日本通運, 日通, トナミ運輸, 名鉄運輸, 第一貨物, エコ配';

/** Names that are ordinary words too: a longer title that starts with one of them is not about that carrier. */
export const WORDS: string =
  'Pickup, Instant, Line, Sending, Smooth, Collect, Speedy, Sameday, Passport, Early Bird, Roadrunner, Echo, Best Express, Easy Mail, ' +
  'Direct Link, First Logistics, First Flight, Courier Plus';

/**
 * What shops write in place of a carrier's name: placeholders, shipping methods, and services that only sell postage. What a shop adds to them
 * is taken off before they are compared. "Same Day" is one, "Sameday" is a carrier.
 */
export const PLACEHOLDERS: string =
  'Custom, Custom Value, Other, Others, Default, None, n/a, null, undefined, Unknown, Various, Manual, Test, Flat Rate, Table Rate, Free, ' +
  'Free Shipping, Free Delivery, Shipping, Delivery, Standard, Standard Shipping, Standard Delivery, Economy, Express Shipping, ' +
  'Express, Express Delivery, International, Domestic, Priority, Next Day, Next Day Delivery, Same Day, Local pickup, Store pickup, In-store pickup, ' +
  'Click and Collect, Click & Collect, Local delivery, Courier, Carrier, Post, Mail, Parcel, Letter, Freight, Versand, Versandkosten, ' +
  'Standardversand, Expressversand, Kostenloser Versand, Versandkostenfrei, Spedition, Abholung, Selbstabholung, Sonstige, Sonstiges, ' +
  'Andere, Brief, Autre, Autres, ' +
  'Livraison, Livraison standard, Otro, Otros, Envío, Altro, Corriere, Spedizione, その他, 通常配送, 送料無料, 店頭受取, Endicia, Stamps.com, ShipStation, ' +
  'Shippo, EasyPost, ShipEngine, Sendcloud, Easyship, Pirate Ship, Shipmondo';
