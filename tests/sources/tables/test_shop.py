"""Exports of the shops and players that people use, in small: one item a product, its own words, and no bookkeeping."""

from pathlib import Path

import pytest

from r4t_demo.sources import open_source
from r4t_demo.sources.base import Record
from tests.sources.makers import picture, write_files

MAGENTO = """\
sku,store_view_code,product_type,categories,name,description,product_online,visibility,price,base_image,additional_attributes,\
configurable_variations
W0-S,,simple,Default Category/Home/Hats,Sun Hat-S,<p>x</p>,1,Not Visible Individually,9,/w/0s.jpg,"color=Red,size=S",
W0-M,,simple,Default Category/Home/Hats,Sun Hat-M,<p>x</p>,1,Not Visible Individually,9,/w/0m.jpg,"color=Red,size=M",
W0,,configurable,"Default Category/Home/Hats,Default Category/Sale",Sun Hat,<p>A hat &amp; more</p>,1,"Catalog, Search",9,0.jpg,\
"color=Red,material=Straw, dyed","sku=W0-S,size=S|sku=W0-M,size=M"
W0,de,,,Sonnenhut,,,,,,,
M1,,simple,Default Category/Mugs,Blue Mug,<p>A mug</p>,1,"Catalog, Search",9,/w/1.jpg,color=Blue,
"""
SQUARESPACE = """\
Product ID [Non Editable],Variant ID [Non Editable],Product Type [Non Editable],Product Page,Product URL,Title,Description,SKU,\
Option Name 1,Option Value 1,Price,Stock,Categories,Tags,Visible,Hosted Image URLs
5f1,a1,PHYSICAL,shop,sun-hat,Sun Hat,<p>A hat.</p>,SQ1,Size,S,10,5,/home/hats,summer,Yes,https://i.x/1.jpg https://i.x/2.jpg
,a2,,,,,,SQ2,Size,M,10,5,,,,
5f2,b1,PHYSICAL,shop,mug,Blue Mug,<p>A mug.</p>,SQ3,,,10,5,/mugs,gift,Yes,https://i.x/3.jpg
"""
WIX = """\
handleId,fieldType,name,description,productImageUrl,collection,sku,price,visible,inventory,productOptionName1
p1,Product,Sun Hat,<p>hat</p>,a.jpg;b.jpg,Hats;Summer,,9,true,InStock,Size
p1,Variant,,,,,W-S,0,true,5,
p2,Product,Blue Mug,<p>mug</p>,c.jpg,Mugs,,9,true,InStock,
"""
ETSY = """\
TITLE,DESCRIPTION,PRICE,CURRENCY_CODE,QUANTITY,TAGS,MATERIALS,IMAGE1,IMAGE2,VARIATION 1 NAME,VARIATION 1 VALUES,SKU
Sun Hat &quot;Rio&quot;,Straw &amp; more,9.00,EUR,3,"hat,summer",straw,https://i.x/1.jpg,https://i.x/2.jpg,Size,"S,M",E1
Blue Mug,Glazed by hand,8.00,EUR,3,"mug,kitchen",clay,https://i.x/3.jpg,,,,E2
"""
EBAY = """\
*Action(SiteID=US|Country=US|Currency=USD|Version=1193),CustomLabel,*Title,PicURL,*Description,*StartPrice,*Quantity,C:Color
Add,E1,Sun Hat,https://x/1.jpg,<div>A hat</div>,9.0,1,Red
Add,E2,Blue Mug,https://x/2.jpg,<div>A mug</div>,9.0,1,Blue
"""
WOO = """\
ID,Type,SKU,Name,Published,Short description,Description,In stock?,Categories,Tags,Images,Parent,Attribute 1 name,\
Attribute 1 value(s),Attribute 1 visible
44,variable,hat,Sun Hat,1,Short.,<p>A hat</p>,1,"Home > Hats, Sale",new,"https://a/1.jpg, https://a/2.jpg",,Colour,"Blue, Red",1
45,simple,mug,Blue Mug,1,Short.,<p>A mug</p>,1,Home > Mugs,,https://a/3.jpg,,Colour,Grey,1
61,variation,hat-red,Sun Hat - Red,1,,,1,,,https://a/4.jpg,hat,Colour,Red,
62,variation,hat-blue,Sun Hat - Blue,1,,,1,,,https://a/5.jpg,id:44,Colour,Blue,
63,variation,cap-red,Cap - Red,1,,,1,,,,cap,Colour,Red,
"""
SHOPIFY = """\
Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,\
Variant Price,Image Src,Image Position,Gift Card,Google Shopping / MPN,Color (product.metafields.shopify.color-pattern),Status
hat,Sun Hat,<p>Soft &amp; light</p>,Acme,Apparel > Hats,Hats,"straw, basic",true,Size,S,T-S,100,9.00,,1,false,,red,active
hat,,,,,,,,,M,T-M,100,9.00,hat.png,2,,,,
hat,,,,,,,,,L,T-L,100,9.00,,,,,,
mug,Blue Mug,<p>A mug</p>,Acme,Home,Mugs,gift,true,Title,Default Title,M,100,9.00,,,false,,blue,active
"""
AMAZON = """\
TemplateType=fptcustom,Version=2021.1014,This row is for Amazon,,
Seller SKU,Product Name,Main Image URL,Parent SKU,Color
item_sku,item_name,main_image_url,parent_sku,color_name
P1,Sun Hat,https://x/1.jpg,,
P1-R,Sun Hat red,https://x/2.jpg,P1,Red
M1,Blue Mug,https://x/4.jpg,,White
"""
SPOTIFY = """\
"Track URI","Track Name","Artist URI(s)","Artist Name(s)","Album Image URL","Track Number","Duration (ms)","ISRC","Added At",\
"Artist Genres"
"spotify:track:1","Sun Hat","spotify:artist:1","The xx","https://i.scdn.co/image/ab","1","127920","GB1","2020-01-01T00:00:00Z",\
"indie rock,dream pop"
"spotify:track:2","Blue Mug","spotify:artist:2","M83","https://i.scdn.co/image/ac","2","127920","GB2","2020-01-01T00:00:00Z","pop"
"""
# shop -> its export, and the first item's id, category and attributes
SHOPS: dict[str, tuple[str, str, str, dict]] = {
    "magento": (MAGENTO, "W0", "Hats", {"description": "A hat & more", "color": "Red", "material": ["Straw", "dyed"]}),
    "squarespace": (SQUARESPACE, "5f1", "hats", {"description": "A hat.", "tags": ["summer"]}),
    "wix": (WIX, "p1", "Hats", {"description": "hat"}),
    "etsy": (ETSY, "E1", "", {"description": "Straw & more", "tags": ["hat", "summer"], "MATERIALS": "straw"}),
    "ebay": (EBAY, "", "", {"description": "A hat", "Color": "Red"}),
    "woocommerce": (WOO, "44", "Hats", {"description": "A hat", "tags": ["new"], "Colour": ["Blue", "Red"]}),
    "shopify": (
        SHOPIFY,
        "hat",
        "Hats",
        {
            **{"description": "Soft & light", "Vendor": "Acme", "Product Category": "Apparel > Hats"},
            **{"tags": ["straw", "basic"], "Color": "red"},
        },
    ),
    "amazon": (AMAZON, "P1", "", {}),
    "spotify": (SPOTIFY, "spotify:track:1", "", {"artist": "The xx", "genre": ["indie rock", "dream pop"]}),
}
TITLES = {"etsy": ['Sun Hat "Rio"', "Blue Mug"], "woocommerce": ["Sun Hat", "Blue Mug", "Cap - Red"]}  # a variant of no product


@pytest.mark.parametrize("shop", SHOPS)
def test_a_shops_export_is_its_products(tmp_path: Path, shop: str) -> None:
    table, item_id, category, attributes = SHOPS[shop]
    source = open_source(str(write_files(tmp_path, {f"{shop}.csv": table}) / f"{shop}.csv"))
    records = [record for record in source.records() if isinstance(record, Record)]
    assert [record.title for record in records] == TITLES.get(shop, ["Sun Hat", "Blue Mug"])
    assert source.total == len(records) == len(list(source.records()))
    assert (records[0].item_id, records[0].category, records[0].attributes) == (item_id, category, attributes)
    assert source.understood is not None and source.understood.sure
    assert [record.title for record in source.records(1)] == [record.title for record in records[1:]]


def test_a_product_has_the_first_picture_of_its_rows(tmp_path: Path) -> None:
    source = open_source(str(write_files(tmp_path, {"shop.csv": SHOPIFY, "hat.png": picture()})))
    assert next(iter(source.records())).read_image() == picture()
    assert "2 rows are variants or further pictures of a product, and folded into its own row." in source.notes


def test_a_bad_row_among_a_products_costs_itself_alone(tmp_path: Path) -> None:
    rows = SHOPIFY.splitlines(keepends=True)
    table = "".join([*rows[:3], "hat,,,,,,,,,,,,,,,,,,,,,,,too,many\n", *rows[3:]])
    records = list(open_source(str(write_files(tmp_path, {"shop.csv": table}) / "shop.csv")).records())
    assert [record.title if isinstance(record, Record) else record.where for record in records] == [
        "Sun Hat",
        "row 3",
        "Blue Mug",
    ]


def test_rows_of_one_id_without_variants_are_items(tmp_path: Path) -> None:
    table = "product_id,title,image\n7,Hat,\n7,Scarf,\n,Lamp,\n"
    records = list(open_source(str(write_files(tmp_path, {"shop.csv": table}) / "shop.csv")).records())
    assert [record.title for record in records if isinstance(record, Record)] == ["Hat", "Scarf", "Lamp"]
