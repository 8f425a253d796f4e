"""What tables call their columns, in the languages and shops that they come from; the roles' and the bookkeeping's names."""

import re
import unicodedata
from collections.abc import Sequence

# role -> names, in lines of which an earlier one is taken before a later one; two names of one line fit equally.
_ROLES = {
    "title": """
        title, titel, titre, título, titolo, tytuł, tittel, otsikko, başlık, cím, titlu, titulek, τίτλος, заголовок,
        タイトル, כותרת, العنوان, 标题, 標題, 제목
        name, names, bezeichnung, désignation, libellé, intitulé, nom, nombre, denominación, nome, denominazione, naam,
        benaming, nazwa, namn, benämning, navn, betegnelse, nimi, název, név, megnevezés, denumire, nume, ad, adı, όνομα,
        ονομασία, שם, اسم, الاسم, название, наименование, назва, найменування, 名前, 名称, 名稱, 商品名, 品名, 商品名称,
        商品名稱, 产品名称, 商品标题, 이름, 상품명
        product_name, product_title, item_name, item_title, listing_title, product_display_name, track_name, track_title,
        song, song_name, song_title, artikelbezeichnung, artikelname, produktname, produktbezeichnung, produkttitel,
        nom_du_produit, nom_produit, nombre_del_producto, nombre_producto, nome_prodotto, nome_del_prodotto, productnaam,
        artikelnaam, nome_do_produto, nome_produto, nazwa_produktu, nazwa_towaru, produktnamn, artikelnamn, varenavn,
        produktnavn, tuotenimi, tuotteen_nimi, název_produktu, terméknév, denumire_produs, ürün_adı, название_товара,
        наименование_товара, название_трека, 曲名
        text, caption, label_text, headline, subject, album_name, album
    """,
    "image": """
        image, images, image_path, image_file, image_file_name, image_name, image_filename, picture, pictures, photo,
        photos, img, image_src, image_link, image_url, image_urls, main_image, main_image_url, base_image,
        product_image_url, product_image, product_images, featured_image, primary_image, hosted_image_urls, pic_url,
        pic_urls, picurl, picture_url, photo_url, image1, image_1, img_url, img_path, bild, bilder, bilddatei, bildname,
        produktbild, abbildung, foto, fotos, visuel, imagen, imágenes, immagine, immagini, afbeelding, afbeeldingen,
        imagem, imagens, zdjęcie, zdjęcia, obraz, obrazek, billede, billeder, bilde, kuva, kuvat, obrázek, obrázky, kép,
        képek, imagine, poza, resim, görsel, εικόνα, φωτογραφία, изображение, изображения, картинка, фото, зображення,
        画像, 写真, 商品画像, 图片, 圖片, 照片, 图像, 商品图片, 이미지, 사진
        file_name, filename, file, path, file_path, filepath, dateiname, datei, bildpfad, fichier, nom_du_fichier,
        nom_fichier, archivo, nombre_de_archivo, fichero, nome_file, bestand, bestandsnaam, arquivo, nome_do_arquivo,
        ficheiro, plik, nazwa_pliku, fil, filnamn, filnavn, tiedosto, soubor, fájl, fișier, dosya, αρχείο, файл, имя_файла,
        ファイル名, ファイル, 文件名, 文件, 檔名, 파일명, 파일
        album_image_url, album_cover, cover, cover_image, cover_url, thumbnail, thumbnail_url, artwork, variant_image
    """,
    "category": """
        category, categories, kategorie, kategorien, catégorie, catégories, categoría, categorías, categoria, categorie,
        categorieën, kategoria, kategorier, kategori, categorii, kategória, κατηγορία, קטגוריה, الفئة, категория,
        категории, категорія, カテゴリ, カテゴリー, 类别, 類別, 分类, 分類, 类目, 카테고리, 분류
        article_type, type, product_type, item_type, warengruppe, produktkategorie, produktgruppe, produktart, artikelart,
        artikelgruppe, rubrik, typ, rubrique, famille, familia, tipo, tipología, reparto, soort, rubriek, rodzaj, grupa,
        dział, varugrupp, varegruppe, tuoteryhmä, luokka, druh, típus, tip, tür, раздел, группа, тип, вид, 種類, 种类,
        品类, 종류
        product_category, product_categories, google_product_category, ebay_category_1_name, sub_category, subcategory,
        main_category, master_category, department, collection, collections, section, label, labels, class, class_name,
        kind
    """,
    "item_id": """
        item_id, id
        sku, product_id, article_id, track_id, uuid, item_sku, product_code, article_number, item_number, listing_id, asin,
        handle, handle_id, url_handle, track_uri, spotify_id, spotify_uri, isrc, artikelnummer, artikelnr, artikel_nr,
        art_nr, bestellnummer, produktnummer, référence, référence_produit, réf, ref, identifiant, code_article,
        code_produit, referencia, código, identificador, codice, codice_articolo, codice_prodotto, riferimento,
        artikelcode, productcode, referência, kod, kod_produktu, indeks, symbol, numer_katalogowy, id_produktu, varenummer,
        varenr, vare_nr, artikkelnummer, tuotenumero, tuotekoodi, kód, kód_produktu, cikkszám, azonosító, cod, cod_produs,
        ürün_kodu, stok_kodu, κωδικός, артикул, код, код_товара, id_товара, 商品番号, 商品コード, 品番, 型番, 编号, 編號,
        货号, 貨號, 商品编号, 商品编码, 编码, 상품번호, 상품코드
        code, number, nr, no, nummer, numéro, número, numero, numer, номер, variant_sku, reference
    """,
    "artist": """
        artist, artists, artist_name, artist_names, track_artist, track_artists, künstler, interpret, artiste, artistes,
        interprète, artista, artistas, intérprete, artiest, artiesten, wykonawca, artysta, artistnamn, kunstner, esittäjä,
        umělec, előadó, sanatçı, καλλιτέχνης, исполнитель, художник, アーティスト, アーティスト名, 歌手, 艺术家, 藝術家,
        아티스트, 가수
        author, authors, creator, autor, autorin, auteur, auteurs, autora, autore, autori, autorzy, författare, forfatter,
        tekijä, kirjailija, szerző, yazar, συγγραφέας, автор, автори, авторы, 作者, 著者, 저자
        album_artist, album_artist_name, album_artist_names, composer, performer, singer, band
    """,
    "genre": """
        genre, genres, género, géneros, genere, generi, gatunek, gatunki, žánr, műfaj, είδος, жанр, жанры, ジャンル, 流派,
        장르
        playlist_genre, artist_genres, track_genre, track_genres, album_genres, top_genre
    """,
    "tags": """
        tags, tag, schlagworte, schlagwörter, stichworte, stichwörter, étiquettes, etiquetas, etichette, tagi, taggar,
        etiketler, теги, метки, タグ, 标签, 標籤, 태그
        keywords, keyword, mots_clés, mots_clefs, palabras_clave, parole_chiave, trefwoorden, palavras_chave,
        słowa_kluczowe, nyckelord, nøkkelord, nøgleord, emneord, avainsanat, klíčová_slova, kulcsszavak, cuvinte_cheie,
        anahtar_kelimeler, λέξεις_κλειδιά, ключевые_слова, キーワード, 关键词, 關鍵詞, 키워드
        subgenre, playlist_subgenre, product_tags
    """,
    "description": """
        description, body_html, body, product_description, long_description, item_description, beschreibung,
        artikelbeschreibung, produktbeschreibung, langtext, descriptif, descripción, descrizione, omschrijving,
        beschrijving, descrição, opis, beskrivning, beskrivelse, kuvaus, popis, leírás, descriere, açıklama, περιγραφή,
        описание, опис, 説明, 商品説明, 描述, 商品描述, 설명
        short_description, kurzbeschreibung, summary, notes, lyrics, content, details
    """,
}  # fmt: skip
# What can be steered by, however many values there are.
_ATTRIBUTES = """
    color_name, colour_name, size_name, material_type, brand_name, fabric_type, color, colour, colors, colours,
    base_colour, color_family, farbe, farben, couleur, couleurs, colores, cor, colore, colori, kleur, kleuren, kolor, färg,
    farve, farge, väri, barva, szín, culoare, renk, χρώμα, цвет, колір, 色, カラー, 颜色, 顏色, 색상, size, sizes, größe,
    grösse, groesse, taille, talla, taglia, maat, tamanho, rozmiar, storlek, størrelse, koko, velikost, méret, mărime,
    beden, μέγεθος, размер, サイズ, 尺寸, 尺码, 사이즈, material, materials, matériau, matière, materiale, materiaal,
    materiał, materiál, anyag, malzeme, υλικό, материал, матеріал, 素材, 材质, 材質, 소재, fabric, brand, brands, marke,
    marque, marca, merk, marka, märke, mærke, merke, merkki, značka, márka, vendor, manufacturer, hersteller, fabricant,
    fabricante, producent, výrobce, gyártó, üretici, бренд, марка, производитель, ブランド, 品牌, 브랜드, season, seasons,
    saison, temporada, stagione, seizoen, sezon, säsong, sesong, sezóna, сезон, 季節, 季节, 계절, gender, geschlecht, sexe,
    sexo, sesso, geslacht, płeć, kön, køn, pohlaví, cinsiyet, пол, 性別, 性别, style, stil, estilo, stile, stijl, styl,
    стиль, スタイル, 风格, pattern, muster, motif, usage, occasion, mood, language, country, shape, fit, neckline,
    age_group, age, era, decade, year, jahr, année, anno, jaar, ano, finish, room, theme, formality
"""  # fmt: skip
# A column is bookkeeping where one of these words is in its name.
_BOOKKEEPING = """
    availability, gift_card, ribbon, surcharge, parentage, parent_child, custom_label, customlabel, format, product_page,
    page, global, id, ids, sku, skus, barcode, gtin, ean, upc, isbn, mpn, asin, isrc, code, codes, price, prices, cost,
    msrp, rrp, currency, quantity, qty, stock, inventory, status, state, policy, position, order, sort, rank, index,
    unnamed, url, urls, uri, uris, link, links, href, http, https, slug, handle, permalink, website, src, published,
    publish, visible, visibility, online, active, enabled, deleted, featured, tax, taxable, taxes, vat, shipping, ship,
    weight, gram, grams, date, datetime, timestamp, created, updated, modified, added, released, release, expires, time,
    duration, number, count, seo, meta, option, options, option1, option2, option3, variant, variants, variation,
    variations, variante, varianten, fulfillment, requires, download, downloads, reviews, review, rating, ratings, sale,
    sales, sold, discount, backorders, upsells, cross, parent, swatches, attribute_set, websites, store, website, hash,
    phash, md5, sha1, sha256, checksum, uuid, guid, google, adwords, condition_id, action, template, non_editable,
    popularity, payment, hs, minimum, maximum, min, max, allow, purchase, external, button, grouped, sold, thumbnail,
    image, images, picture, pictures, photo, file, filename, alt, preis, einkaufspreis, verkaufspreis, bestand,
    lagerbestand, menge, anzahl, gewicht, lieferzeit, lieferstatus, datum, erstellt, aktiv, steuer, mwst, währung, nummer,
    nr, prix, quantité, poids, tva, devise, précio, precio, precios, cantidad, existencias, estado, peso, iva, fecha,
    enlace, moneda, prezzo, prezzi, quantità, giacenza, disponibilità, stato, valuta, prijs, prijzen, aantal, voorraad,
    gewicht, btw, preço, preco, quantidade, estoque, cena, ceny, ilość, stan, waga, data, waluta, status, vat, pris,
    priser, antal, antall, lager, lagersaldo, vikt, vekt, vægt, moms, dato, hinta, määrä, varasto, paino, pvm, množství,
    sklad, hmotnost, ár, mennyiség, készlet, súly, preț, pret, cantitate, stoc, fiyat, fiyatı, miktar, stok, ağırlık,
    tarih, τιμή, ποσότητα, απόθεμα, цена, ціна, количество, кількість, остаток, вес, дата, ссылка, статус, наличие, 価格,
    値段, 数量, 在庫, 重量, 日付, 价格, 價格, 库存, 庫存, 状态, 日期, 链接, 가격, 수량, 재고, 상태, 날짜, 링크
"""  # fmt: skip
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})


def plain(name: str) -> str:
    """A column's name without what shops put around it: 'C:Color' and 'Color (product.metafields.shopify.color)' are 'Color'."""
    return re.sub(r"\[.*?\]|^\W*C:|\(product\.metafields\..*?\)", " ", name.strip()).strip() or name


def simple(name: str) -> str:
    """'Item ID', 'item-id', 'itemId' and '*Item ID [Non Editable]' are all 'item_id'; 'Größe' is 'grosse'."""
    name = plain(name).replace("(s)", "s").replace("(S)", "s")
    parts = unicodedata.normalize("NFKD", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)).casefold().translate(_PLAIN)
    bare = "".join(sign for sign in parts if not unicodedata.combining(sign))
    return re.sub(r"[\W_]+", "_", bare).strip("_")


def _names(text: str) -> frozenset[str]:
    return frozenset(simple(name) for name in text.split(",") if name.strip())


def _ranked(text: str) -> dict[str, int]:
    """name -> its rank; a rank goes on over lines that end with a comma."""
    ranks: dict[str, int] = {}
    for rank, line in enumerate(re.split(r"(?<!,)\n", text.strip())):
        ranks |= {name: rank for name in _names(line) if name not in ranks}
    return ranks


RANKS = {role: _ranked(text) for role, text in _ROLES.items()}
ATTRIBUTES = _names(_ATTRIBUTES)
BOOKKEEPING = _names(_BOOKKEEPING)
KNOWN = ATTRIBUTES.union(*RANKS.values())


def is_known(name: str) -> bool:
    """Whether a cell is what tables call a column: one row of such cells is a header."""
    return simple(name) in KNOWN


def is_bookkeeping(name: str) -> bool:
    """Whether a column of that name keeps a shop's books and says nothing of what an item is like."""
    words = [word.rstrip("0123456789") or word for word in simple(name).split("_")]
    joined = {"_".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, min(i + 3, len(words) + 1))}
    return not BOOKKEEPING.isdisjoint(joined)


def by_name(role: str, names: Sequence[str]) -> list[list[str]]:
    """The ``names`` that may be the role's, those that fit best first; those that fit equally are together."""
    fitting: dict[int, list[str]] = {}
    for name in names:
        if (rank := RANKS[role].get(simple(name))) is not None:
            fitting.setdefault(rank, []).append(name)
    return [fitting[rank] for rank in sorted(fitting)]
