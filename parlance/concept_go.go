package parlance

// going is the kinds of places to see and things to do, in the same form as
// eating.
const going = `
sight|景点 景区 旅游景点 名胜 !人文景观 !文化旅游区 !历史古迹 !自然风光 !红色景点 ?好玩的 ?玩 ?去哪玩 ?逛逛 ?玩的地方 ?游玩 ?打卡 ?观光|sights,attractions,attraction,sightseeing,things to do,places to visit,tourist attractions|
museum|博物馆 纪念馆 博物院 陈列馆 展览馆 展览 科技馆 !故居 !会址|museum,museums,memorial hall,exhibition|sight
art|美术馆 艺术馆 艺术中心 画廊 艺术宫 艺术空间 艺术博物院 ?看展 ?艺术展|art museum,art gallery,gallery,art galleries,galleries,art|sight
park|公园 绿地 植物园 湿地公园 森林公园 ?逛公园|park,parks,garden,gardens|sight
botanic|植物园|botanical garden,botanic garden|park
temple|寺庙 寺院 寺 庙 佛寺 古寺 禅寺 ?烧香 ?拜佛 ?上香|temple,temples,monastery|sight
church|教堂 天主教堂 天主堂 圣堂|church,cathedral|sight
mosque|清真寺|mosque|sight
tower|塔 观光厅 观景台 观光塔 观光层|tower,pagoda,observation deck,skyscraper|sight
oldtown|古镇 老街 水乡 古村 古城 古村落|old town,ancient town,water town,water village|sight
history|历史古迹 古迹 历史建筑 名人故居 遗址|historic site,historic sites,ruins,heritage|sight
shopping|商业街区 步行街 购物中心 商场 商业街 逛街 商圈 ?购物 ?买东西|shopping,shopping street,mall,shopping mall,pedestrian street|sight
nightmarket|夜市|night market|sight
zoo|动物园 野生动物园 野生动物世界 动物世界 !飞鸟乐园 ?看动物|zoo,safari park,wildlife park|sight
aquarium|海洋馆 水族馆 海洋公园 海洋世界 海底世界 极地海洋|aquarium,ocean park,sea world|sight
themepark|游乐园 乐园 主题公园 游乐场 水上乐园 !欢乐谷 !迪士尼 !度假区 !欢乐世界|theme park,amusement park,water park|sight
rafting|漂流|rafting|sight
cruise|游船 游轮 夜游 游江 码头 ?坐船|cruise,boat tour,river cruise,boat|sight
nature|自然风光 山水 爬山 瀑布 峡谷 溶洞 湖|nature,hiking,mountain,waterfall,lake|sight
beach|沙滩 海滩 海滨|beach|sight
university|大学 大学校园|university,campus,college|sight
library|图书馆|library|sight
bookshop|书店 书院 书吧 书屋|bookstore,bookshop,book store|
theatre|剧院 剧场 大剧院 音乐厅|theatre,theater,opera house,concert hall|
ski|滑雪 滑雪场 冰雪世界|skiing,ski,ice and snow|sight
sports|体育馆 体育中心 体育场 健身 游泳 游泳馆|sports centre,stadium,gym,swimming|
kids|亲子 亲子乐园 儿童乐园 遛娃 带娃 ?带孩子|kids,family friendly,children|
spa|温泉 汤泉 洗浴 足疗 按摩|hot spring,hot springs,spa,massage|
cinema|电影院 影院 影城|cinema,movie theater,movies|
ktv|ktv 唱歌|karaoke,ktv|
hair|理发 理发店 美发 发廊 剪头发|hairdresser,barber,hair salon,haircut|
nails|美甲 美睫|nail salon,nails,manicure|
crafts|手作 手工坊 陶艺 皮具 ?做手工|crafts,handicraft,pottery,workshop|
flowers|花店 鲜花|florist,flower shop,flowers|
pets|宠物 宠物店 猫咖 撸猫|pet shop,cat cafe,pets|
escape|密室 密室逃脱 剧本杀|escape room|
hotel|酒店 宾馆 民宿 旅馆 ?住宿|hotel,hotels,hostel,guesthouse|
shop|超市 便利店|supermarket,convenience store|
`

// known are places and brands under their English names, each with the Chinese
// one that signs have. What a name is cannot be worked out by rule.
const known = `
starbucks=星巴克|luckin=瑞幸|luckin coffee=瑞幸|manner=Manner|pizza hut=必胜客|kfc=肯德基|mcdonalds=麦当劳|mcdonald=麦当劳|burger king=汉堡王|haagen dazs=哈根达斯
haidilao=海底捞|din tai fung=鼎泰丰|heytea=喜茶|hey tea=喜茶|nayuki=奈雪|coco=CoCo都可|wagas=沃歌斯|subway=赛百味|dairy queen=冰雪皇后|family mart=全家|green tea=绿茶餐厅
grandmas home=外婆家|grandma kitchen=外婆家|xibei=西贝|quanjude=全聚德|da dong=大董|moutai=茅台|element fresh=新元素|putien=莆田餐厅|godiva=GODIVA|uniqlo=优衣库|ikea=宜家|muji=无印良品
the bund=外滩|bund=外滩|oriental pearl=东方明珠|oriental pearl tower=东方明珠|pearl tower=东方明珠|shanghai tower=上海中心|jin mao tower=金茂大厦|world financial center=环球金融中心
shanghai disneyland=迪士尼|shanghai disney=迪士尼|disneyland=迪士尼|disney=迪士尼|yu garden=豫园|yuyuan garden=豫园|peoples square=人民广场|peoples park=人民公园|nanjing road=南京路|east nanjing road=南京东路
west nanjing road=南京西路|nanjing west road=南京西路|nanjing east road=南京东路|city god temple=城隍庙|jingan temple=静安寺|jing an temple=静安寺|jade buddha temple=玉佛禅寺|longhua temple=龙华寺|french concession=武康路|former french concession=武康路|garden bridge=外白渡桥|waibaidu bridge=外白渡桥
century park=世纪公园|shanghai museum=上海博物馆|science and technology museum=科技馆|natural history museum=自然博物馆|hongqiao airport=虹桥机场|pudong airport=浦东国际机场|hongqiao railway station=虹桥火车站|huangpu river=黄浦江
west lake=西湖|lingyin temple=灵隐寺|leifeng pagoda=雷峰塔|broken bridge=断桥残雪|xixi wetland=西溪国家湿地公园|grand canal=京杭大运河|liangzhu=良渚|thousand island lake=千岛湖|qiandao lake=千岛湖|six harmonies pagoda=六和塔|hefang street=清河坊街|qiantang river=钱塘江|longjing village=龙井村|baochu pagoda=保俶塔|wulin square=武林广场|songcheng=宋城
canton tower=广州塔|guangzhou tower=广州塔|chen clan=陈家祠|chen clan academy=陈家祠|chen clan ancestral hall=陈家祠|ancestral temple of the chen family=陈家祠|shamian island=沙面|shamian=沙面|beijing road=北京路|shangxiajiu=上下九|baiyun mountain=白云山|white cloud mountain=白云山|pearl river=珠江|pearl river new town=珠江新城|zhujiang new town=珠江新城|chimelong=长隆|chime long=长隆|sacred heart cathedral=圣心大教堂|yuexiu park=越秀公园|yongqingfang=永庆坊|sun yat sen memorial hall=中山纪念堂|six banyan temple=六榕寺|temple of the six banyan trees=六榕寺|redtory=红专厂|flower city square=花城广场|white swan hotel=白天鹅宾馆|white swan=白天鹅
peace hotel=和平饭店|ritz carlton=丽思卡尔顿|four seasons=四季酒店|mandarin oriental=文华东方|park hyatt=柏悦|grand hyatt=君悦|hilton=希尔顿|sheraton=喜来登|westin=威斯汀|marriott=万豪|shangri la=香格里拉|peninsula=半岛酒店|waldorf astoria=华尔道夫|bulgari=宝格丽|banyan tree=悦榕庄|amanfayun=法云安缦|westlake state guesthouse=西湖国宾馆
`

// generics are the parts of names of stations, roads and sights that are
// translated; the rest of such a name is spelled.
const generics = `
广场 square,plaza|路 road,rd|东路 east road|西路 west road|南路 south road|北路 north road|中路 middle road,central road|大道 avenue,ave|街 street,st|公园 park|大学 university|火车站 railway station,train station|南站 south railway station,south station|东站 east railway station,east station|西站 west railway station,west station|北站 north railway station|机场 airport|国际机场 international airport,airport|体育场 stadium|体育馆 gymnasium|体育中心 sports centre,sports center|博物馆 museum|图书馆 library|动物园 zoo|植物园 botanical garden|新城 new town|新村 new village|古镇 ancient town,old town|寺 temple|塔 pagoda,tower|桥 bridge|大桥 bridge|湖 lake|山 hill,mountain|岛 island|村 village|区 district|新区 new area,district|门 gate|码头 wharf,pier|科技馆 science and technology museum|医院 hospital|游乐园 amusement park|纪念堂 memorial hall|市民中心 civic center
`
