"""What columns mean: by names of many languages, by their cells, and as people choose."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.catalog import Catalog
from r4t_demo.errors import UserError
from r4t_demo.sources import open_source
from r4t_demo.sources.base import Record, Source
from r4t_demo.sources.ingest import ingest
from r4t_demo.sources.tables.headers import simple
from r4t_demo.sources.understood import ROLES
from tests.sources.makers import picture, taken_in, write_files, write_zip

COLOURS = ["red", "blue", "green"]
LANGUAGES = {
    "German": ("Artikelnummer", "Bezeichnung", "Kategorie", "Bild", "Farbe", "Preis"),
    "German shop": ("Art.-Nr.", "Produktname", "Warengruppe", "Bilddatei", "Größe", "Lagerbestand"),
    "French": ("Référence", "Désignation", "Catégorie", "Photo", "Couleur", "Prix"),
    "Spanish": ("Código", "Nombre del producto", "Categoría", "Imagen", "Talla", "Precio"),
    "Italian": ("Codice", "Titolo", "Categoria", "Immagine", "Colore", "Prezzo"),
    "Dutch": ("Artikelcode", "Naam", "Categorie", "Afbeelding", "Kleur", "Prijs"),
    "Portuguese": ("Referência", "Título", "Categoria", "Imagem", "Cor", "Preço"),
    "Polish": ("Indeks", "Nazwa", "Kategoria", "Zdjęcie", "Kolor", "Cena"),
    "Swedish": ("Artikelnummer", "Benämning", "Kategori", "Bild", "Färg", "Pris"),
    "Danish": ("Varenummer", "Varenavn", "Kategori", "Billede", "Farve", "Pris"),
    "Norwegian": ("Artikkelnummer", "Tittel", "Kategori", "Bilde", "Farge", "Antall"),
    "Finnish": ("Tuotekoodi", "Nimi", "Tuoteryhmä", "Kuva", "Väri", "Hinta"),
    "Czech": ("Kód", "Název", "Kategorie", "Obrázek", "Barva", "Cena"),
    "Hungarian": ("Cikkszám", "Megnevezés", "Kategória", "Kép", "Szín", "Készlet"),
    "Turkish": ("Ürün Kodu", "Ürün Adı", "Kategori", "Resim", "Renk", "Fiyat"),
    "Russian": ("Артикул", "Название", "Категория", "Фото", "Цвет", "Цена"),
    "Greek": ("Κωδικός", "Τίτλος", "Κατηγορία", "Εικόνα", "Χρώμα", "Τιμή"),
    "Japanese": ("商品番号", "商品名", "カテゴリー", "画像", "色", "価格"),
    "Chinese": ("货号", "商品名称", "类别", "图片", "颜色", "价格"),
    "Korean": ("상품번호", "상품명", "카테고리", "이미지", "색상", "가격"),
}


def shop(folder: Path, header: list[str], rows: list[list[str]], **pictures: bytes) -> Source:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    write_files(folder, {"shop.csv": out.getvalue(), **{f"{name}.png": data for name, data in pictures.items()}})
    return open_source(str(folder))


def roles(source: Source) -> dict[str, str]:
    assert source.understood is not None
    return {column.name: column.role for column in source.understood.columns}


@pytest.mark.parametrize("change", [str, str.upper, str.lower, lambda name: f" {name} "])
@pytest.mark.parametrize("language", LANGUAGES)
def test_headers_of_a_language_are_understood(tmp_path: Path, language: str, change) -> None:
    header = [change(name) for name in LANGUAGES[language]]
    rows = [[str(900 + n), f"hat {'abc'[n % 3]}{n}", "hats", f"{n}.png", COLOURS[n % 3], f"{n},50"] for n in range(24)]
    source = shop(tmp_path, header, rows)
    assert list(roles(source).values()) == ["item_id", "title", "category", "image", "attribute", "ignored"]
    assert source.understood is not None and source.understood.sure


BOOKKEEPING = {
    "SKU": "A{0}", "EAN": "40063{0:08d}", "Variant Barcode": "40063{0:08d}", "Price": "{0}.99", "Cost per item": "{0}.10",
    "Stock": "{0}", "Quantity": "3", "Status": "active", "Published": "TRUE", "Inventory Policy": "deny", "Image Position": "1",
    "Product URL": "https://shop.example/{0}", "Created at": "2024-05-{0:02d}", "Option1 Name": "Size", "Weight": "1.{0}",
    "whence": "https://elsewhere.example/{0}", "when": "2024-05-{0:02d} 12:30", "same": "house", "lot": "{0}", "batch": "x{0}y",
}  # fmt: skip


@pytest.mark.parametrize("name", BOOKKEEPING)
def test_bookkeeping_is_no_attribute(tmp_path: Path, name: str) -> None:
    rows = [[f"hat number {n}", COLOURS[n % 3], BOOKKEEPING[name].format(n + 1)] for n in range(24)]
    source = shop(tmp_path, ["title", "colour", name], rows)
    assert roles(source) | {name: roles(source)[name]} == {"title": "title", "colour": "attribute", name: roles(source)[name]}
    assert roles(source)[name] in ("ignored", "item_id")
    assert source.understood is not None and source.understood.columns[2].samples[0] == BOOKKEEPING[name].format(1)


def test_long_text_is_a_description_and_no_attribute(tmp_path: Path) -> None:
    long = "It is made of the finest straw that grows on our own fields, number {0}, and will be with you for years to come."
    rows = [[f"hat number {n}", long.format(n), long.format(-n)] for n in range(24)]
    assert roles(shop(tmp_path, ["title", "About it", "More about it"], rows)) == {
        "title": "title",
        "About it": "description",
        "More about it": "ignored",
    }


def test_what_tells_items_of_one_title_apart_is_kept(tmp_path: Path) -> None:
    rows = [["Tee", f"cut {'abcdefghijklmnopqrstuvwx'[n]}"] for n in range(24)]
    source = shop(tmp_path, ["title", "cut"], rows)
    assert roles(source) == {"title": "title", "cut": "attribute"}
    assert taken_in(tmp_path, tmp_path.parent / "out").accepted == 24


def test_a_guess_is_told(tmp_path: Path) -> None:
    rows = [[f"W{n}", f"straw hat no {n}", COLOURS[n % 3]] for n in range(24)]
    source = shop(tmp_path, ["Foo", "Bar", "Baz"], rows)
    assert roles(source) == {"Foo": "ignored", "Bar": "title", "Baz": "attribute"}
    assert source.understood is not None and not source.understood.sure
    assert source.understood.why == "No column is called a title: 'Bar' was taken, whose cells look most like titles."
    assert source.understood.columns[1].samples == [f"straw hat no {n}" for n in range(5)]


def test_two_columns_that_fit_equally_are_told(tmp_path: Path) -> None:
    source = shop(tmp_path, ["Titel", "Title"], [["Hut", "hat"], ["Schal", "scarf"]])
    assert source.understood is not None and not source.understood.sure
    assert "'Titel' and 'Title' both look like the title" in source.understood.why


def test_what_people_choose_goes_before(tmp_path: Path) -> None:
    header, rows = ["Titel", "Title", "Bild", "Preis"], [["Hut", "hat", "a.png", "1"], ["Schal", "scarf", "b.png", "2"]]
    shop(tmp_path, header, rows, a=picture(), b=picture((1, 2, 3)))
    chosen = {"Title": "title", "Titel": "ignored", "Preis": "attribute"}
    source = open_source(str(tmp_path), chosen)
    assert roles(source) == chosen | {"Bild": "image"}
    assert [record.title for record in source.records() if isinstance(record, Record)] == ["hat", "scarf"]
    with pytest.raises(UserError, match="'shop.csv' has no column 'Name'; it has: Titel, Title, Bild, Preis"):
        open_source(str(tmp_path), {"Name": "title"})
    with pytest.raises(UserError, match="cannot both be the title"):
        open_source(str(tmp_path), {"Titel": "title", "Title": "title"})
    (tmp_path / "shop.csv").unlink()
    with pytest.raises(UserError, match="has no table"):
        open_source(str(tmp_path), {"Titel": "title"})


def test_another_choice_reads_anew(tmp_path: Path) -> None:
    shop(tmp_path / "shop", ["Titel", "Title"], [["Hut", "hat"]])
    for column, title in (("Titel", "Hut"), ("Title", "hat"), ("Titel", "Hut")):
        for _ in ingest(open_source(str(tmp_path / "shop"), {column: "title"}), tmp_path / "out"):
            pass
        assert [item.title for item in Catalog.load(tmp_path / "out").items] == [title]


@pytest.mark.parametrize("cell", ["{}", "{}.png", "pics/{}.PNG"])
@pytest.mark.parametrize("name", ["Plaatje", "SKU", "Foo"])
def test_the_column_whose_cells_name_the_pictures_is_the_picture(tmp_path: Path, name: str, cell: str) -> None:
    pictures = {f"pics/{n}.png": picture((n, 0, 0)) for n in range(5)}
    table = f"title,{name}\n" + "".join(f"hat {n},{cell.format(n)}\n" for n in range(4))
    path = write_zip(tmp_path / "shop.zip", {"shop.csv": table, **pictures})
    records = list(open_source(str(path)).records())
    assert [record.read_image() for record in records] == list(pictures.values())[:4]
    assert "1 picture is named by no row and left out, such as 'pics/4.png'." in open_source(str(path)).notes


def test_pictures_named_by_id_take_the_place_of_addresses(tmp_path: Path) -> None:
    pictures = {f"{n}.png": picture((n, 0, 0)) for n in range(4)}
    table = "sku,title,image\n" + "".join(f"{n},hat {n},https://cdn.example/x{n}y.jpg\n" for n in range(4))
    records = list(open_source(str(write_zip(tmp_path / "shop.zip", {"shop.csv": table, **pictures}))).records())
    assert [record.read_image() for record in records] == list(pictures.values())


def test_pictures_named_as_at_their_addresses_are_found(tmp_path: Path) -> None:
    pictures = {f"pics/hat {n}.png": picture((n, 0, 0)) for n in range(4)}
    table = "title,image\n" + "".join(f"hat {n},https://cdn.example/hat%20{n}.png?v=1\n" for n in range(4))
    records = list(open_source(str(write_zip(tmp_path / "shop.zip", {"shop.csv": table, **pictures}))).records())
    assert [record.read_image() for record in records] == list(pictures.values())


def test_a_players_list_is_a_table(tmp_path: Path) -> None:
    table = "Name\tArtist\tGenre\tTime\rIntro\tThe xx\tIndie\t127\rIntro\tM83\tPop\t322\r".encode("utf-16")
    records = list(open_source(str(write_files(tmp_path, {"list.txt": table}) / "list.txt")).records())
    assert [(record.title, record.attributes["artist"], record.attributes["genre"]) for record in records] == [
        ("Intro", "The xx", ["Indie"]),
        ("Intro", "M83", ["Pop"]),
    ]


def test_tables_of_equal_columns_are_joined(tmp_path: Path) -> None:
    files = {
        "train/metadata.csv": "file_name,text\n0.png,hat\n1.png,scarf\n",
        "test/metadata.csv": "file_name,text\n0.png,lamp\n",
        **{f"{part}/{n}.png": picture((n, len(part), 0)) for part in ("train", "test") for n in range(2)},
    }
    source = open_source(str(write_zip(tmp_path / "shop.zip", files)))
    records = list(source.records())
    assert [(record.where, record.title) for record in records] == [
        ("row 1 of test/metadata.csv", "lamp"),
        ("row 1 of train/metadata.csv", "hat"),
        ("row 2 of train/metadata.csv", "scarf"),
    ]
    assert records[0].read_image() == files["test/0.png"] and records[1].read_image() == files["train/0.png"]
    assert len({record.fallback_id for record in records}) == 3
    assert any("1 picture is named by no row" in note for note in source.notes)


def test_of_unlike_tables_the_one_that_names_pictures_is_read(tmp_path: Path) -> None:
    files = {"orders.csv": "title,price\n" + "thing,1\n" * 9, "shop.csv": "image,title\na.png,hat\n", "a.png": picture()}
    source = open_source(str(write_files(tmp_path, files)))
    assert [record.title for record in source.records()] == ["hat"]
    assert "shop.csv is read, since it names the most; left out: orders.csv." in source.notes
    chosen = open_source(str(tmp_path), {"price": "attribute"})
    assert chosen.total == 9


def test_json_lines_of_any_kind(tmp_path: Path) -> None:
    lines = [
        '{"title": "hat", "size": 5}',
        '{"title": "scarf", "size": "five", "deep": {"a": [1]}}',
        "[1]",
        '{"title": "\\ud83d"}',
        "{",
        '{"title": 7, "tags": ["a", null, "b"]}',
        "",
        '{"title": "lamp", "size": 12345678901234567890123}',
    ]
    report = taken_in(write_files(tmp_path, {"shop.jsonl": "\n".join(lines)}) / "shop.jsonl", tmp_path / "out")
    assert [where for where, _ in report.skipped] == ["line 3", "line 5"]
    assert report.accepted == 5


NAME = st.text(max_size=12)


@given(st.lists(NAME, min_size=1, max_size=5), st.lists(st.lists(st.text(max_size=12), max_size=5), max_size=4))
def test_any_header_is_understood_or_a_sentence(tmp_path_factory, header: list[str], rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    folder = write_files(tmp_path_factory.getbasetemp() / "header", {"shop.csv": out.getvalue().encode("utf-8", "replace")})
    try:
        source = open_source(str(folder / "shop.csv"))
    except UserError:
        return
    assert source.understood is not None
    assert {column.role for column in source.understood.columns} <= set(ROLES)
    assert len(list(source.records())) == source.total


@given(NAME)
def test_a_simple_name_is_its_own(name: str) -> None:
    assert simple(simple(name)) == simple(name)
