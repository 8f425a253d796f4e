"""Which names of files and folders say something."""

import datetime
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.sources.names import says_nothing, telling, words

MADE_UP = """
5bc8fbbc-bde5-c099-4164-d8399f767c45|d41d8cd98f00b204e9800998ecf8427e|3f2a9c1b|dQw4w9WgXcQ|IMG_4321|IMG_E4321
img001|IMG_1|DSC_0001|_DSC0001|DSC00012|DSCN1234|DSCF0042|P1010023|PXL_20230401_123456789
PXL_20230401_123456789.MP|MVIMG_20230401_123456|IMG-20230401-WA0007|IMG_20230401_123456
IMG_20230401_123456_BURST1|VID_20230401_123456|20230401_123456|2023-04-01 12.34.56|2023-04-01|01.04.2023|_MG_1234
GOPR0001|GX010012|DJI_0001|100_0001|Screenshot 2023-04-01 at 12.34.56|Screenshot_20230401-123456_Instagram
Screen Shot 2020-01-01 at 1.02.03 PM|Bildschirmfoto 2023-04-01 um 12.34.56|Capture d’écran 2023-04-01 à 12.34.56
Capture d'écran (4)|Captura de pantalla 2023-04-01 a las 12.34.56|Schermata 2023-04-01 alle 12.34.56
スクリーンショット 2023-04-01 12.34.56|Снимок экрана 2023-04-01|屏幕截图 2023-04-01 123456|微信图片_20230401123456|image (3)|image
image0|download (1)|photo-1|photo1|picture 12|unnamed|Untitled|Untitled-1|Unbenannt|Unbenannt 3
WhatsApp Image 2023-04-01 at 12.34.56|WhatsApp Image 2023-04-01 at 12.34.56 (1)|FB_IMG_1680345678901
received_1234567890|signal-2023-04-01-12-34-56-789|photo_2023-04-01_12-34-56|photo_5222_y|1000012345|0001|12
thumb_0012|resized_image_4|123456_987654_n|12345678_987654321012345_1234567890123456789_n|s-l1600|a0|A12|x
photo-1523275335684-37898b6baf30|christian-wiediger-WkfDrhxDMC8-unsplash|pexels-photo-1234567
shutterstock_123456789|B08N5WRWNW|256x256|71abcDEF+L._AC_UX679_|il_fullxfull.1234567_abcd|FullSizeRender
frame_0012|product-12|画像 3|Bild 4|foto2|()|_|IMG_4321 (1)|IMG_4321 - Kopie|Copy of IMG_4321|IMG_4321-edited
IMG 4321|snapchat-1234567
"""

FOLDERS = """
DCIM|100CANON|101APPLE|100MEDIA|Camera Roll|photos|images|pictures|new folder|New Folder (2)|train|test|val
validation|Bilder|Meine Bilder|Neuer Ordner|nouveau dossier|nueva carpeta|nova pasta|nieuwe map|新建文件夹|My Pictures
Downloads|2023|2023-04-01|img|thumbnails|images_256x256
"""

SAYING = """
blue-dress-01|IKEA LACK table|red_hat|Strandkleid blau|7-up can|vase2|hat0|photo frame|picture book|Hüte|шляпа|帽子
帽|iPhone15ProMax|Screenshot holder|test tube|train set red|facade|decade|Angstschweiss|Herbstschmuck01|robe d'été
dress (1)|pasta|map|camera bag|cat-1234567_1280|sam|mugs|a tee|AirPods3|PlayStation5|samsung galaxy s20
levis 501 jeans|new balance 574|dress 38|data cable|T-shirt|lamp_20|chapeau été 2023|Sommerkleid 2023-04-01|cap
bag|abc|frame|LED lamp E27 60W|Nike-Air-Max-90|Handtasche|кольцо 12|pic-nic basket|movie poster|scanner
imagination|dad hat|beaded bead|accede|WMF pan|photographer jacket
"""


def names_of(block: str) -> list[str]:
    return [name for line in block.split("\n") for name in line.split("|") if name]


@pytest.mark.parametrize("name", names_of(MADE_UP + FOLDERS))
def test_what_cameras_phones_and_shops_make_up_says_nothing(name: str) -> None:
    assert says_nothing(name) and telling(name) == ""


@pytest.mark.parametrize("name", names_of(SAYING))
def test_what_a_person_wrote_says_something(name: str) -> None:
    assert not says_nothing(name)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("blue-dress-01", "blue dress 01"),
        ("blue dress IMG_4321", "blue dress"),
        ("IMG_4321_blue_dress", "blue dress"),
        ("Strandkleid 20230401_123456", "Strandkleid"),
        ("hat 5bc8fbbc-bde5-c099-4164-d8399f767c45", "hat"),
        ("red-hat (2)", "red hat"),
        ("Hu\u0308te", "Hüte"),
        ("7-up can", "7 up can"),
    ],
)
def test_of_a_mixed_name_the_words_are_kept(name: str, said: str) -> None:
    assert telling(name) == said


def test_words_are_what_a_person_would_write() -> None:
    assert words("red-hat_01") == "red hat 01"
    assert words("Hu\u0308te") == "Hüte"


@given(st.uuids(), st.sampled_from(["", "{}-", "_"]))
def test_no_uuid_says_anything(one: uuid.UUID, sign: str) -> None:
    assert says_nothing(str(one)) and says_nothing(str(one).upper() + sign)


@given(st.sampled_from(["IMG_", "DSC", "DSCN", "img-", "Foto ", "photo", "Bild_", "DSC_"]), st.integers(0, 99_999))
def test_no_counter_says_anything(prefix: str, number: int) -> None:
    assert says_nothing(f"{prefix}{number:04}")


@given(
    st.datetimes(datetime.datetime(1950, 1, 1), datetime.datetime(2099, 12, 31)),
    st.sampled_from(["%Y%m%d_%H%M%S", "%Y-%m-%d %H.%M.%S", "%Y-%m-%d_%H-%M-%S", "%d.%m.%Y"]),
)
def test_no_moment_says_anything(moment: datetime.datetime, form: str) -> None:
    assert says_nothing(moment.strftime(form))


@given(st.text(max_size=60))
def test_any_name_has_an_answer_that_stays(name: str) -> None:
    said = telling(name)
    assert says_nothing(name) == (said == "")
    assert said == said.strip()
