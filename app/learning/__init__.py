"""What a trainee does with a course: enrollment, lessons completed, assessments attempted."""
