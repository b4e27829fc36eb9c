"""What people are called, and what they write about."""

from typing import NamedTuple

FIRST = (
    "Aisha",
    "Bruno",
    "Clara",
    "Dmitri",
    "Elena",
    "Farid",
    "Greta",
    "Hassan",
    "Ingrid",
    "Jonas",
    "Katja",
    "Luis",
    "Maren",
    "Nils",
    "Oksana",
    "Paolo",
    "Quentin",
    "Rosa",
    "Stefan",
    "Tamara",
    "Umberto",
    "Vera",
    "Wiktor",
    "Xenia",
    "Yusuf",
    "Zoe",
    "Anton",
    "Beate",
    "Carlos",
    "Dilan",
)
LAST = (
    "Abel",
    "Baumann",
    "Costa",
    "Demir",
    "Ekström",
    "Fischer",
    "Garcia",
    "Hoffmann",
    "Ivanova",
    "Jansen",
    "Keller",
    "Lehmann",
    "Marino",
    "Novak",
    "Okoye",
    "Pereira",
    "Quist",
    "Rossi",
    "Schmidt",
    "Tanaka",
    "Ulrich",
    "Vogel",
    "Weber",
    "Yilmaz",
    "Ziegler",
)
CUSTOMERS = ("Harbour Clinic", "Lindgren Logistics", "Alpenblick Hotels", "Meridian Insurance")
SITES = ("Hamburg", "Berlin", "Munich", "Zurich", "Data centre 1", "Data centre 2")


class Offer(NamedTuple):
    name: str
    price: str
    question: str
    answers: tuple[str, ...]
    tasks: tuple[str, ...]
    needs_approval: bool = False


class Practice(NamedTuple):
    """A service with what is asked, reported, ordered and changed about it."""

    name: str
    criticality: str
    team: str
    category: str
    incidents: tuple[str, ...]
    cause: str
    question: tuple[str, str]
    """And its answer."""
    change: str
    offer: Offer


SERVICES = (
    Practice(
        "Workplace computing", "high", "Workplace", "Hardware",
        ("Notebook does not wake up", "Docking station loses the screens", "Battery is swollen"),
        "The firmware of the docking stations is out of date.",
        ("How do I order a second screen?", "Order it in the catalogue; it comes within a week."),
        "Roll out new firmware for docking stations",
        Offer("Notebook", "1450.00", "Model", ("13 inch", "15 inch"),
              ("Approve the stock", "Install the notebook", "Hand it over"), True),
    ),
    Practice(
        "E-mail and calendar", "high", "Applications", "E-mail",
        ("Mails arrive an hour late", "Calendar does not open", "Mailbox is full"),
        "The archive job locks mailboxes in the morning.",
        ("How do I share my calendar?", "Right-click the calendar and choose the people."),
        "Move the archive job into the night",
        Offer("Shared mailbox", "0.00", "Purpose", ("Team", "Project"), ("Make the mailbox",)),
    ),
    Practice(
        "Telephony", "medium", "Network", "Telephony",
        ("No dial tone", "Calls break off after a minute", "Voice mail does not answer"),
        "The session timer of the gateway is too short.",
        ("How do I forward my calls?", "Dial *21 and the number."),
        "Update the voice gateway",
        Offer("Desk phone", "180.00", "Place", ("Office", "Home"), ("Configure the phone",)),
    ),
    Practice(
        "Network access", "critical", "Network", "Network",
        ("Wireless network drops in the meeting room", "No network at the desk", "Network is slow"),
        "An access point floods its neighbours with management frames.",
        ("How do guests get on the network?", "The reception hands out vouchers."),
        "Replace access points on the third floor",
        Offer("Network port", "60.00", "Speed", ("1 Gbit/s", "10 Gbit/s"),
              ("Patch the port", "Measure the line")),
    ),
    Practice(
        "Remote access", "high", "Network", "Access",
        ("VPN asks for the password again and again", "VPN is slow in the evening",
         "Token is not accepted"),
        "The pool of addresses is used up in the evening.",
        ("Can I use the VPN abroad?", "Yes, but for the countries on the list of the embargo."),
        "Enlarge the address pool of the VPN",
        Offer("VPN access", "0.00", "From", ("Home", "Abroad"), ("Issue the token",), True),
    ),
    Practice(
        "File and print", "medium", "Workplace", "Print",
        ("Printer prints blank pages", "Print jobs hang in the queue", "Network drive is missing"),
        "The spooler runs out of disk space.",
        ("How do I print in colour?", "Choose the queue COLOUR and your cost centre."),
        "Give the print server a larger disk",
        Offer("Project folder", "0.00", "Size", ("100 GB", "1 TB"), ("Make the folder",)),
    ),
    Practice(
        "Identity and access", "critical", "Applications", "Access",
        ("Account is locked", "Password cannot be changed", "Sign-in takes minutes"),
        "A forgotten service locks accounts with an old password.",
        ("How long must a password be?", "Fourteen characters at least."),
        "Renew the certificate of the sign-in service",
        Offer("Account for a new colleague", "0.00", "Kind", ("Employee", "External"),
              ("Make the account", "Assign the licences", "Send the welcome"), True),
    ),
    Practice(
        "Patient records", "critical", "Applications", "Application",
        ("Records load slowly in the ward", "Lab results are missing", "Form cannot be saved"),
        "A missing index makes the search of lab results slow.",
        ("Where do I find old lab results?", "In the archive tab, by year."),
        "Add an index to the laboratory tables",
        Offer("Role in patient records", "0.00", "Role", ("Nurse", "Physician"),
              ("Grant the role",), True),
    ),
    Practice(
        "Finance and accounting", "high", "Applications", "Application",
        ("Invoice run stopped", "Report shows last month", "Export has no decimals"),
        "The nightly job uses the locale of whoever started it.",
        ("When is the month closed?", "On the third working day."),
        "Fix the locale of nightly finance jobs",
        Offer("Access to reports", "0.00", "Area", ("Costs", "Revenue"), ("Grant the access",)),
    ),
    Practice(
        "Collaboration", "medium", "Applications", "Application",
        ("Video meeting has no sound", "Document cannot be edited together", "Chat is empty"),
        "The content filter blocks the media servers of one region.",
        ("How do I record a meeting?", "Choose Record, and tell everybody first."),
        "Let the media servers through the content filter",
        Offer("Team room", "0.00", "Members", ("Internal", "With guests"), ("Make the room",)),
    ),
    Practice(
        "Backup and recovery", "high", "Workplace", "Data",
        ("File was deleted by mistake", "Backup report is red", "Old version is wanted back"),
        "The backup window is too short for the new file server.",
        ("How long are files kept?", "Ninety days, and a year for month ends."),
        "Add a second backup stream",
        Offer("Recovery of a folder", "0.00", "Age", ("Days", "Weeks"), ("Restore the folder",)),
    ),
    Practice(
        "Web presence", "medium", "Applications", "Web",
        ("Page not found after the update", "Contact form sends nothing", "Certificate warning"),
        "The cache serves pages of the release before.",
        ("Who changes texts on the web site?", "The communications team; write to them."),
        "Empty the cache with every release of the web site",
        Offer("Web address", "25.00", "Ending", (".example", ".test"), ("Register the address",)),
    ),
)  # fmt: skip
TITLES = {practice.name: practice for practice in SERVICES}
