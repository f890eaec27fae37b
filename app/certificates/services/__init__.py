"""The rules of certificates: readiness, issuing, printing, verifying, revoking."""

from app.certificates.services.issuing import course_title, issue, printed_facts, revoke
from app.certificates.services.merging import MERGE_MOVES, MERGE_STAYS, count_records, merge_people
from app.certificates.services.numbers import is_serial_number, normal_code, serial_number
from app.certificates.services.printing import (
    ask_missing_files,
    ask_preview,
    facts_to_print,
    preview_facts,
    preview_of,
    record_fault,
    store_pdf,
    store_preview,
)
from app.certificates.services.readiness import lost_sheets, readiness, readiness_in
from app.certificates.services.records import (
    PAGE_SIZE,
    certificate_of,
    certificates_of,
    export_certificates,
    file_of,
    find_certificates,
    first_awards,
)
from app.certificates.services.resting import certificates_on
from app.certificates.services.verifying import public_record, state_of, verify

__all__ = [
    "MERGE_MOVES",
    "MERGE_STAYS",
    "PAGE_SIZE",
    "ask_missing_files",
    "ask_preview",
    "certificate_of",
    "certificates_of",
    "certificates_on",
    "count_records",
    "course_title",
    "export_certificates",
    "facts_to_print",
    "file_of",
    "find_certificates",
    "first_awards",
    "is_serial_number",
    "issue",
    "lost_sheets",
    "merge_people",
    "normal_code",
    "preview_facts",
    "preview_of",
    "printed_facts",
    "public_record",
    "readiness",
    "readiness_in",
    "record_fault",
    "revoke",
    "serial_number",
    "state_of",
    "store_pdf",
    "store_preview",
    "verify",
]
