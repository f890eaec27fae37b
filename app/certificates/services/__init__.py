"""The rules of certificates: readiness, issuing, correcting, renewing, printing, verifying."""

from app.certificates.services.awards import (
    award_named,
    award_of,
    award_title,
    course_title,
    slug_of,
)
from app.certificates.services.correcting import Correction, correct, corrected_facts
from app.certificates.services.freezing import printed_facts, seen_of
from app.certificates.services.issuing import issue, revoke
from app.certificates.services.merging import MERGE_MOVES, MERGE_STAYS, count_records, merge_people
from app.certificates.services.numbers import (
    is_serial_number,
    normal_code,
    serial_number,
    unexplained_serials,
)
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
from app.certificates.services.programme import lost_courses
from app.certificates.services.readiness import lost_sheets, readiness, readiness_in
from app.certificates.services.records import (
    PAGE_SIZE,
    certificate_of,
    certificate_with_code,
    certificates_of,
    export_certificates,
    file_of,
    find_certificates,
    first_awards,
    timeline_of,
)
from app.certificates.services.renewing import (
    due_for_renewal,
    ending_soon,
    record_reading,
    renewal_of,
)
from app.certificates.services.resting import certificates_on
from app.certificates.services.standing import faults, standing_in
from app.certificates.services.verifying import chain_of, public_record, state_of, verify

__all__ = [
    "MERGE_MOVES",
    "MERGE_STAYS",
    "PAGE_SIZE",
    "Correction",
    "ask_missing_files",
    "ask_preview",
    "award_named",
    "award_of",
    "award_title",
    "certificate_of",
    "certificate_with_code",
    "certificates_of",
    "certificates_on",
    "chain_of",
    "correct",
    "corrected_facts",
    "count_records",
    "course_title",
    "due_for_renewal",
    "ending_soon",
    "export_certificates",
    "facts_to_print",
    "faults",
    "file_of",
    "find_certificates",
    "first_awards",
    "is_serial_number",
    "issue",
    "lost_courses",
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
    "record_reading",
    "renewal_of",
    "revoke",
    "seen_of",
    "serial_number",
    "slug_of",
    "standing_in",
    "state_of",
    "store_pdf",
    "store_preview",
    "timeline_of",
    "unexplained_serials",
    "verify",
]
