"""What articles say, for the tests that try anything."""

from hypothesis import strategies as st
from msgspec.structs import replace

from domain.article_content import Content
from tests.people import CUSTOMER

PRINTER = Content(
    title="The printer shows E7",
    text="Open the tray.\n\nClose it again.",
    category="printing",
    audience="public",
)
FOR_BAKERY = replace(
    PRINTER,
    text="Open the tray of the bakery.",
    audience="organisations",
    organisations=(CUSTOMER,),
    review_after_days=1,
)
DRUCKER = replace(PRINTER, title="Der Drucker zeigt E7", language="de", of_version=1)
CONTENTS = st.sampled_from(
    [
        PRINTER,
        PRINTER,
        FOR_BAKERY,
        FOR_BAKERY,
        DRUCKER,
        replace(PRINTER, text=" "),
        replace(PRINTER, language="German"),
        replace(PRINTER, organisations=(CUSTOMER,)),
    ]
)
