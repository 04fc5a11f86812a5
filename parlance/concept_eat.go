package parlance

// eating is the kinds of places to eat and drink and what they serve, written
// for this package. A line is the concept's id, its Chinese words, its English
// words, and the wider concepts that it is one of. A word after ? is only said,
// never read off a sign; one after ! is only read, as too vague to be meant by
// somebody who types it.
const eating = `
food|餐厅 饭店 餐馆 饭馆 美食 !酒家 !菜馆 !食府 !小馆 !中餐 !融合菜 !创意菜 !私房菜 !家常菜 !亚洲菜 !餐饮 !简餐 !中餐厅 !酒楼 !食堂 ?吃饭 ?吃的 ?好吃的 ?吃东西 ?吃什么 ?吃 ?馆子 ?下馆子 ?聚餐 ?午饭 ?晚饭 ?午餐 ?晚餐 ?中饭 ?夜饭 ?美味|restaurant,restaurants,!dining,?food,?eat,?eats,?dinner,?lunch,?places to eat,?something to eat|
coffee|咖啡 咖啡馆 咖啡店 咖啡厅 咖啡屋 咖啡吧 !星巴克 !瑞幸 !拿铁 ?手冲 ?美式 ?喝咖啡|coffee,cafe,cafes,coffee shop,coffee house,!espresso,!coffeehouse,?latte,?cappuccino,?flat white|food
bakery|面包 面包店 面包房 烘焙 蛋糕 蛋糕店 西饼 饼屋 饼店 糕点 糕团 现烤 !可颂 !吐司 !贝果 ?买面包 ?甜面包|bakery,bakeries,bread,cake,cakes,pastry,patisserie,!sourdough,!bakehouse,?croissant|food
dessert|甜品 甜点 糖水 甜品店 糖水铺 冰淇淋 雪糕 冰激凌 刨冰 甜食 !双皮奶 !炖品 !钵仔糕 !酒酿 !哈根达斯 !巧克力 ?吃甜的|dessert,desserts,sweets,ice cream,gelato,!chocolate|food
icecream|冰淇淋 雪糕 冰激凌 冰棍 刨冰 !哈根达斯|ice cream,gelato|dessert
milktea|奶茶 奶茶店 茶饮 !喜茶 !奈雪 !都可 !果茶 !一点点 ?喝奶茶|milk tea,bubble tea,boba,tea drinks,!heytea|food
tea|茶馆 茶铺 茶室 茶楼 茶社 茶居 茶坊 茶庄 茶院 茶寮 茶艺 ?喝茶 ?品茶|tea house,teahouse,tea room,tea rooms,tea|food
bar|酒吧 酒馆 小酒馆 清吧 酒廊 精酿 精酿啤酒 !餐吧 !酒场 !吧台 !鸡尾酒 !威士忌 ?喝酒 ?喝一杯 ?小酌 ?夜店 ?蹦迪|bar,bars,pub,pubs,lounge,cocktail bar,craft beer,brewery,wine bar,!brewdog,!speakeasy,!whisky,!brews,?drinks,?cocktails,?beer,?nightlife|food
hotpot|火锅 打边炉 涮锅 涮肉 涮羊肉 锅物 寿喜锅 豆捞 !串串 !冒菜 !毛肚 !椰子鸡 !猪肚鸡 ?涮火锅|hot pot,hotpot,hot-pot,shabu shabu,shabu,steamboat,?sukiyaki|food
skewers|串串香 串串 烤串 串烧 撸串 羊肉串 小串|skewers,kebab,kebabs,yakitori|
barbecue|烧烤 烤肉 烧肉 烤串 撸串 炭烤 串烧 !炭火 !羊肉串 !小串 !烤物 !炉端烧 ?吃烤肉|bbq,barbecue,barbeque,grilled meat,yakiniku,skewers,!grill|food
yakiniku|日式烧肉 烧肉 日式烤肉 和牛烧肉|yakiniku,japanese bbq|japanese barbecue
korean|韩国料理 韩餐 韩国菜 韩式 韩料 韩国烤肉 !年糕 !部队锅 !高丽|korean,korean food,korean bbq,korean restaurant|food
japanese|日本料理 日料 日式料理 日本菜 日餐 和食 日式 !日本 !割烹 !天妇罗 !铁板烧 !怀石 !料理屋 ?日式餐厅 ?日料店|japanese,japanese food,japanese restaurant,!kaiseki,!omakase,!teppanyaki|food
sushi|寿司 鮨 寿司店 手握 板前寿司 !板前 ?刺身|sushi,omakase,nigiri,?sashimi|japanese
izakaya|居酒屋 酒场 深夜食堂 烧鸟 炉端烧|izakaya,yakitori|japanese
ramen|拉面 日式拉面 豚骨拉面|ramen|japanese noodles
western|西餐 西餐厅 西餐馆 西式 西菜 !牛排 !法式 !法国 !西班牙 !地中海 !德国 !美式餐厅 !意大利 !意式 !墨西哥 !披萨 !比萨 !汉堡 ?西式餐厅|western,western food,western restaurant,!bistro,!brasserie,!trattoria,!ristorante,european|food
italian|意大利菜 意大利餐厅 意大利 意式 意餐 !意大利面 !意面 !披萨|italian,italian food,italian restaurant,!italiano,!italy,!trattoria,!ristorante,!pizzeria,!pasta|western
pizza|披萨 比萨 匹萨 披萨店 !必胜客|pizza,pizzeria,!pizza hut|western
french|法国菜 法餐 法式 法国餐厅 !法国|french,french food,french restaurant,!brasserie,!bouchon|western
spanish|西班牙菜 西班牙 西班牙餐厅 !海鲜饭 !塔帕斯|spanish,tapas,paella|western
german|德国菜 德国餐厅 德国 !德式|german,german food|western
mexican|墨西哥菜 墨西哥|mexican,taco,tacos|western
turkish|土耳其菜 土耳其 中东菜 中东料理 中东|turkish,middle eastern|
indian|印度菜 印度餐厅 印度 南亚 ?咖喱|indian,indian food,!kebabs|
steak|牛排 牛扒 牛排馆 扒房 牛排店 !战斧牛排 !肉眼 !惠灵顿|steak,steaks,steakhouse,steak house,grill house,ribs,!grille|western
burger|汉堡 汉堡包 汉堡店|burger,burgers,hamburger|western
brunch|早午餐 !班尼迪克 ?轻食|brunch|western
bistro|小酒馆 !餐酒馆|bistro,gastropub|western
vegetarian|素食 素菜 素食馆 蔬食 素斋 素餐 斋菜 素食餐厅 !素面 ?吃素 ?素的|vegetarian,vegan,veggie|food
buffet|自助餐 自助 自助餐厅 放题 海鲜自助 ?自助火锅 ?随便吃|buffet,all you can eat|food
seafood|海鲜 海鲜餐厅 海鲜大排档 河鲜 !生蚝 !渔港 !渔村 !渔船 !蟹 !海胆 !龙虾 ?海产 ?吃海鲜|seafood,oysters,oyster|food
crab|大闸蟹 蟹宴 螃蟹 !肉蟹 !蟹黄 !蟹王 !蟹粉|crab,crabs,hairy crab|
crayfish|小龙虾 龙虾馆 麻辣小龙虾 ?十三香|crayfish,crawfish|
fish|鱼馆 !烤鱼 !酸菜鱼 !鱼头 !水煮鱼|fish restaurant,grilled fish|
cantonese|粤菜 广东菜 粤式 顺德菜 顺德 潮州菜 潮汕菜 潮菜 港式 广府菜 !潮汕 !潮州 !烧腊 !煲仔 !茶餐厅 !客家菜 ?广州菜|cantonese,cantonese food,guangdong cuisine|food
chaozhou|潮州菜 潮汕菜 潮菜 潮汕 潮州 潮汕牛肉|chaozhou,teochew|cantonese
shunde|顺德菜 顺德|shunde|cantonese
hakka|客家菜 客家|hakka|cantonese
dimsum|早茶 饮茶 点心 茶点 广式早茶 港式点心 广式点心 粤式点心 叹茶 !点都德 !陶陶居 !虾饺 !烧卖 !凤爪 !茶居 ?喝早茶 ?下午茶点|dim sum,dimsum,yum cha,morning tea|cantonese
chaa|茶餐厅 港式茶餐厅 冰室 冰厅 茶冰室 茶档|cha chaan teng,hong kong cafe,tea restaurant|cantonese
roast|烧腊 烧味 !烧鹅 !叉烧|roast goose,roast meat,char siu|cantonese
sichuan|川菜 四川菜 川味 !四川 !蜀 !成都 !麻辣 !重庆 ?吃辣 ?麻辣|sichuan,szechuan,sichuan food,spicy|food
chongqing|重庆火锅 重庆 !老火锅|chongqing|sichuan
hunan|湘菜 湖南菜 !湖南 !湘西 !湘|hunan,hunan food|food
localfood|本地菜|local food,local cuisine|food
benbang|本帮菜 上海菜 本帮 上海本帮菜 沪菜 海派菜 !老上海 !海派|shanghainese,shanghai cuisine,shanghai food|food
jiangzhe|江浙菜 江浙 淮扬菜 浙菜 苏帮菜 宁波菜 苏浙菜 江南菜 !淮扬 !宁波 !绍兴|jiangzhe,huaiyang,zhejiang cuisine|food
hangbang|杭帮菜 杭州菜 杭帮 老杭州 !杭州味 !杭州本帮菜 !老杭帮|hangzhou cuisine,hangzhou food|jiangzhe
beijingcai|北京菜 京菜 !老北京 !北京烤鸭|beijing food,beijing cuisine|food
dongbei|东北菜 东北 !锅包肉|dongbei,northeastern chinese|food
xibei|西北菜 西北 莜面 !羊肉泡馍|northwestern chinese,xibei|food
xinjiang|新疆菜 新疆 !大盘鸡 !抓饭 !疆|xinjiang,uyghur|food
muslim|清真 清真菜 穆斯林|halal,muslim|food
yunnan|云南菜 云南 过桥米线 滇菜 菌子火锅|yunnan,yunnan food|food
guizhou|贵州菜 贵州 !酸汤 !酸汤鱼|guizhou|food
hubei|湖北菜 湖北|hubei|food
anhui|徽菜 徽州菜 !徽州|anhui,huizhou|food
shandong|鲁菜 山东菜 !山东|shandong|food
fujian|闽菜 福建菜 莆田 !闽南|fujian,hokkien|food
taiwan|台湾菜 台湾 台式|taiwanese|food
hainan|海南菜 海南鸡饭 !海南|hainanese,hainan chicken rice|food
farm|农家菜 农家乐 土菜 乡下菜 田园菜 家乡菜|farmhouse food|food
seasian|东南亚菜 东南亚 南洋菜 !娘惹|southeast asian,south east asian,asian food|food
thai|泰国菜 泰国料理 泰餐 泰式 泰国 泰国餐厅 泰菜 !暹罗 !冬阴功 !泰妃|thai,thai food,thai restaurant,!siam,!blooming thai|seasian
vietnamese|越南菜 越南 越式 !越泰|vietnamese,pho|seasian
singapore|新加坡菜 新加坡 !肉骨茶|singaporean,singapore food|seasian
latin|拉美料理 拉丁 秘鲁 阿根廷 巴西|latin american,peruvian,argentinian,brazilian|
snack|小吃 小吃店 小食 小食店 !点心 !馄饨 !生煎 !大排档 !快餐 !包子 !大包 !粽子 !葱包桧 !牛杂 !肠粉 !云吞 ?吃点小的|snack,snacks,street food,local snacks|food
fastfood|快餐 快餐简餐 简餐|fast food|food
noodles|面馆 面店 面条 !汤面 !拌面 !牛肉面 !云吞面 !拌川 !片儿川 !面家 !面铺 !面庄 !面坊 !大肠面 !粗面 !黄鱼面 !竹升面 !面食 !煨面 !爆鳝面 !猪肝面 !葱油拌面 !荞麦面 !虾爆鳝面 !三鲜面 !大排面 !辣肉面 !拉面 !鳝丝面 !大碗面 !粉面 ?面 ?吃面 ?一碗面 ?吃碗面|noodles,noodle,noodle shop,noodle house,!noodlehouse|food
ricenoodle|米线 米粉 河粉 螺蛳粉 桂林米粉|rice noodles,rice noodle|
congee|粥 粥店 砂锅粥 煲仔粥 海鲜粥 艇仔粥|congee,porridge|
dumpling|饺子 水饺 饺子馆 锅贴 煎饺|dumplings,dumpling,jiaozi,gyoza|
wonton|馄饨 云吞 抄手 小馄饨|wonton,wontons|
xiaolong|小笼包 小笼 小笼馒头 汤包 灌汤包 !小笼馆|xiaolongbao,xiao long bao,soup dumplings,soup dumpling,xlb|
shengjian|生煎 生煎包 生煎馒头|shengjian,pan fried buns|
baozi|包子 大包 菜包 肉包|baozi,steamed bun,steamed buns|
changfen|肠粉 布拉肠 红米肠|cheung fun,rice rolls,rice noodle rolls|
claypot|煲仔饭|claypot rice,clay pot rice|
duck|烤鸭 北京烤鸭 片皮鸭 挂炉烤鸭|roast duck,peking duck,beijing duck|
pigeon|乳鸽 鸽子 !大鸽饭 !鸽王|pigeon,squab|
hargow|虾饺 虾饺皇|har gow,shrimp dumplings,shrimp dumpling|
stewbeef|牛杂|beef offal,beef brisket|
beefpot|牛肉火锅 潮汕牛肉火锅 鲜牛肉火锅|beef hot pot|hotpot
pickledfish|酸菜鱼|pickled cabbage fish,suan cai yu|
doublemilk|双皮奶|double skin milk|
tiramisu|提拉米苏|tiramisu|
tomyum|冬阴功 冬阴功汤|tom yum,tom yam|
redporkbelly|红烧肉|braised pork,red braised pork|
westlakefish|西湖醋鱼|west lake fish,west lake vinegar fish|
latenight|夜宵 宵夜 !深夜食堂 !大排档 ?半夜吃 ?深夜|late night food,supper,midnight snack|snack food
breakfast|早餐 早点 早饭|breakfast|food
afternoontea|下午茶|afternoon tea,high tea|dessert food
teppanyaki|铁板烧|teppanyaki|japanese
foie|鹅肝|foie gras|
`
