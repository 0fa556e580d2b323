"""Lists in the layouts of school systems, and in those that people make: what becomes of each row."""

import io
import zipfile
from pathlib import Path

import pytest

from quizzes.files.rosters import InvalidRoster, KnownStudents, read_roster
from quizzes.files.table_file import UnreadableTable, read_table
from quizzes.files.xlsx import Sheet, write_xlsx

# (file, “name / family name” of each student and “- reason” of each row that adds nobody).
LISTS: dict[str, tuple[str | bytes, list[str]]] = {
    "PowerTeacher Pro scores template": (
        (
            'Teacher Name:,"Rivera, Ana",,\n'
            "Class:,1(A) Civics 7,,\n"
            "Assignment Name:,Quiz 1,,\n"
            "Due Date:,2026-09-10,,\n"
            "Points Possible:,10,,\n"
            "Extra Points:,0,,\n"
            "Score Type:,POINTS,,\n"
            "Student Num,Student Name,Score,Comment\n"
            '101,"Lopez, Maya",9,\n'
            '102,"Kim, Noah J",8,\n'
        ),
        [
            "- Above the headings",
            "- Above the headings",
            "- Above the headings",
            "- Above the headings",
            "- Above the headings",
            "- Above the headings",
            "- Above the headings",
            "Maya Lopez / Lopez",
            "Noah J Kim / Kim",
        ],
    ),
    "powerschool quick export prefix": (
        (
            "STUDENTS.Student_Number\tSTUDENTS.LastFirst\tSTUDENTS.Grade_Level\n"
            "101\tLopez, Maya Ann\t7\n"
            "102\tde la Cruz, José\t7\n"
        ),
        ["Maya Ann Lopez / Lopez", "José de la Cruz / de la Cruz"],
    ),
    "powerschool lowercase lastfirst": (
        ("student_number\tlastfirst\tgrade_level\n101\tLopez, Maya Ann\t7\n102\tde la Cruz, José\t7\n"),
        ["Maya Ann Lopez / Lopez", "José de la Cruz / de la Cruz"],
    ),
    "powerschool brackets": (
        ('"[1]student_number","[1]last_name","[1]first_name","[1]middle_name"\n101,Lopez,Maya,Ann\n102,Kim,Noah,\n'),
        ["Maya Ann Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "IC adhoc": (
        (
            "student.studentNumber,student.lastName,student.firstName,student.middleName,student.suffix\n"
            "000101,Lopez,Maya,Ann,\n"
            "000102,King,John,,Jr\n"
            "000103,King,John,,III\n"
        ),
        ["Maya Ann Lopez / Lopez", "John King Jr / King", "John King III / King"],
    ),
    "IC roster report": (
        (
            "Jefferson Middle School,,,\n"
            "26-27 Class Roster,,,\n"
            '"Teacher: Rivera, Ana",Section: 1100-3,Period: 3,Generated on 11/26/2026 08:00\n'
            ",,,\n"
            "Student,Student #,Grade,Gender\n"
            '"Lopez, Maya A",101,07,F\n'
            '"Kim, Noah",102,07,M\n'
            "Total Students: 2,,,\n"
            "Male: 1 Female: 1,,,\n"
        ),
        [
            "- Above the headings",
            "- Above the headings",
            "- Above the headings",
            "Maya A Lopez / Lopez",
            "Noah Kim / Kim",
            "- Not a student",
            "- Not a student",
        ],
    ),
    "Skyward LFM": (
        ('Other ID,Full Name (L/F/M),Gr\n1,"Lopez, Maya Ann",7\n2,"King Jr, John",7\n'),
        ["Maya Ann Lopez / Lopez", "John King Jr / King"],
    ),
    "Skyward stu alpha key": (
        ("Stu Alphakey,Stu Full Nm (LFM),Gr Yr\nLOPEZMAY000,LOPEZ MAYA ANN,31\nKINGJOH001,KING JOHN,31\n"),
        ["MAYA ANN LOPEZ / LOPEZ", "JOHN KING / KING"],
    ),
    "Skyward qmlativ": (
        ('NumberStudent,NameLFM,GradeLevelCode\n1,"Lopez, Maya Ann",07\n2,"King, John Jr",07\n'),
        ["Maya Ann Lopez / Lopez", "John King Jr / King"],
    ),
    "Aeries abbreviations": (
        ("STU.ID,STU.LN,STU.FN,STU.MN,STU.GR\n1,Lopez,Maya,Ann,7\n2,Kim,Noah,,7\n"),
        ["Maya Ann Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "Synergy": (
        ("LASTNAME,FIRSTNAME,MIDDLENAME,SISNUMBER,GRADE\nLopez,Maya,Ann,101,07\nKim,Noah,,102,07\n"),
        ["Maya Ann Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "Synergy roster with title": (
        (
            '"Rivera, A. - Civics 7 (3)"\n'
            "Student Name,Perm ID,Gender,Grade,Birth Date\n"
            '"Lopez, Maya A.",101,Female,07,1/2/2013\n'
            '"Kim, Noah",102,Male,07,3/4/2013\n'
        ),
        ["- Above the headings", "Maya A. Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "Clever contacts": (
        (
            "School_id,Student_id,Student_number,State_id,Last_name,Middle_name,First_name,Grade,Gender,DOB,Student_email,Contact_relationship,Contact_type,Contact_name,Contact_phone\n"
            "5,101,101,9001,Lopez,,Maya,7,F,01/02/2013,m@x.example,Mother,Primary,Ana Lopez,555\n"
            "5,101,101,9001,Lopez,,Maya,7,F,01/02/2013,m@x.example,Father,Secondary,Luis Lopez,556\n"
            "5,102,102,9002,Kim,,Noah,7,M,03/04/2013,n@x.example,Mother,Primary,Jin Kim,557\n"
        ),
        ["Maya Lopez / Lopez", "- Row 2 again: the same student number", "Noah Kim / Kim"],
    ),
    "ClassLink users 1.1": (
        (
            '"sourcedId","status","dateLastModified","enabledUser","orgSourcedIds","role","username","userIds","givenName","familyName","middleName","identifier","email","sms","phone","agentSourcedIds","grades","password"\n'
            '"1","active","","true","5","student","lop","","Maya","Lopez","","101","m@x.example","","","","07",""\n'
            '"2","tobedeleted","","true","5","student","kim","","Noah","Kim","","102","n@x.example","","","","07",""\n'
            '"3","active","","true","5","administrator","adm","","Al","Boss","","","a@x.example","","","","",""\n'
        ),
        ["Maya Lopez / Lopez", "- Not enrolled: tobedeleted", "- Not a student: a teacher or another adult"],
    ),
    "Canvas split names": (
        (
            "LastName,FirstName,ID,SIS User ID,SIS Login ID,Section,Quiz 1 (55)\n"
            ",,,,,,Manual Posting\n"
            "    Points Possible,,,,,,10\n"
            "Lopez,Maya,1,s1,m@x.example,Civics - P3,9\n"
            "Student,Test,2,,abc,Civics - P3,\n"
        ),
        ["- No name in this row", "- Not a student", "Maya Lopez / Lopez", "- A test student"],
    ),
    "Moodle participants": (
        (
            '"First name / Last name","Email address",Roles,Groups,"Last access to course"\n'
            '"Maya Lopez",m@x.example,Student,"Period 3","2 days"\n'
            '"Ana Rivera",a@x.example,"Non-editing teacher","No groups",now\n'
            '"Bo Cho",b@x.example,"Teacher, Student","No groups",now\n'
        ),
        [
            "Maya Lopez / Lopez",
            "- Not a student: a teacher or another adult",
            "- Not a student: a teacher or another adult",
        ],
    ),
    "Schoology members": (
        ("Last Name,First Name,User Unique ID,Role\nLopez,Maya,101,Member\nRivera,Ana,1,Admin\n"),
        ["Maya Lopez / Lopez", "- Not a student: a teacher or another adult"],
    ),
    "mac roman": (
        ("Apellidos;Nombre;Grupo\rLópez García;María;3A\rNúñez;José;3A\r").encode("mac_roman"),
        ["María López García / López García", "José Núñez / Núñez"],
    ),
    "excel text id": (
        ('Student ID,Last Name,First Name\n="00101",Lopez,Maya\n="00102",Kim,Noah\n'),
        ["Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "space after comma": (
        ('ID, "Student Name", Grade\n101, "Lopez, Maya", 7\n102, "Kim, Noah", 7\n'),
        ["Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "space before comma": (
        ('"Student Name" ,ID\n"Lopez, Maya" ,101\n"Kim, Noah" ,102\n'),
        ["Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "nickname quotes": (
        ('Student Name,ID\n"Lopez, Maya "Mia"",101\n"Kim, Noah",102\n"Lee, Robert ""Bobby""",103\n'),
        ['Maya "Mia" Lopez / Lopez', "Noah Kim / Kim", 'Robert "Bobby" Lee / Lee'],
    ),
    "two-row header": (
        ("Student,,Quiz 1,Quiz 2\nLast Name,First Name,10,10\nLopez,Maya,9,8\nKim,Noah,8,8\n"),
        ["- Above the headings", "Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "two-row header b": (
        ("Student Name,,,Period\nLast,First,MI,\nLopez,Maya,A,3\nKim,Noah,,3\n"),
        ["- Above the headings", "Maya A Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "preferred": (
        ("Last Name,First Name,Preferred Name,Grade\nLee,Robert,Bobby,7\nLopez,Maya,,7\n"),
        ["Bobby Lee / Lee", "Maya Lopez / Lopez"],
    ),
    "preferred first": (
        ("Student Number,Last Name,Legal First Name,Preferred First Name\n1,Lee,Robert,Bobby\n2,Lopez,Maya,\n"),
        ["Bobby Lee / Lee", "Maya Lopez / Lopez"],
    ),
    "goes by": (
        ('Student Name,Nickname,Grade\n"Lee, Robert",Bobby,7\n"Lopez, Maya",,7\n'),
        ["Bobby Lee / Lee", "Maya Lopez / Lopez"],
    ),
    "legal name": (
        ('Student Legal Name,Grade\n"Lee, Robert",7\n"Lopez, Maya",7\n'),
        ["Robert Lee / Lee", "Maya Lopez / Lopez"],
    ),
    "side by side headers": (
        ("No.,Name,No.,Name\n1,Maya Lopez,3,Ana Ruiz\n2,Noah Kim,4,Bo Cho\n"),
        ["Maya Lopez / Lopez", "Noah Kim / Kim", "Ana Ruiz / Ruiz", "Bo Cho / Cho"],
    ),
    "side by side plain": (
        ("Maya Lopez\tAna Ruiz\nNoah Kim\tBo Cho\n"),
        ["Maya Lopez / Lopez", "Noah Kim / Kim", "- In column 2", "- In column 2"],
    ),
    "classroom people paste": (
        ("Students\n4 students\nMaya Lopez\nNoah Kim\nmore_vert\nAna Ruiz\n"),
        ["- Not a student", "Maya Lopez / Lopez", "Noah Kim / Kim", "- Not a student", "Ana Ruiz / Ruiz"],
    ),
    "totals": (
        (
            "Student Name,Present\n"
            "Maya Lopez,1\n"
            "Noah Kim,1\n"
            "Total Students: 2,\n"
            "Total: 2,\n"
            "Total: 2 students,\n"
            "Students: 2 total,\n"
            "Total de 2 alumnos,\n"
            "Count = 2,\n"
            "Boys: 1,\n"
            "End of report,\n"
        ),
        [
            "Maya Lopez / Lopez",
            "Noah Kim / Kim",
            "- Not a student",
            "- Not a student",
            "- Not a student",
            "- Not a student",
            "- Not a student",
            "- Not a student",
            "- Not a student",
            "- Not a student",
        ],
    ),
    "spanish last first no comma": (
        ("N°,APELLIDOS Y NOMBRES,CURP\n1,LÓPEZ GARCÍA MAYA ISABEL,LOGM\n2,NÚÑEZ RUIZ ÍÑIGO,NURI\n"),
        ["MAYA ISABEL LÓPEZ GARCÍA / LÓPEZ GARCÍA", "ÍÑIGO NÚÑEZ RUIZ / NÚÑEZ RUIZ"],
    ),
    "arabic persian": (
        ("Last Name,First Name\nحسینی,علی\u200cرضا\nالأحمد,محمد\nशर्मा,क्\u200dषितिज\n"),
        ["علی\u200cرضا حسینی / حسینی", "محمد الأحمد / الأحمد", "क्\u200dषितिज शर्मा / शर्मा"],
    ),
    "particles": (
        (
            "Student Name\n"
            '"de la Cruz, Ana María"\n'
            '"van der Berg, Tim"\n'
            '"Berg, Tim van der"\n'
            "Tim van den Berg\n"
            "María del Carmen Ruiz\n"
            '"O\'Neil-Smith, Zoë"\n'
            "Ibn Sina\n"
            "Juan de Dios\n"
        ),
        [
            "Ana María de la Cruz / de la Cruz",
            "Tim van der Berg / van der Berg",
            "- Same name as row 3. For another student, type a name that differs.",
            "Tim van den Berg / van den Berg",
            "María del Carmen Ruiz / Ruiz",
            "Zoë O'Neil-Smith / O'Neil-Smith",
            "Ibn Sina / Sina",
            "Juan de Dios / de Dios",
        ],
    ),
    "html entities": (
        ('Student Name,ID\n"O&#39;Brien, Se&aacute;n",1\n"Kim &amp; Lee, Noah",2\n'),
        ["Seán O'Brien / O'Brien", "Noah Kim & Lee / Kim & Lee"],
    ),
    "dos eof": (
        ("Last,First\r\nLopez,Maya\r\nKim,Noah\r\n\x1a").encode("mac_roman"),
        ["Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "grade in name": (
        ("Lopez, Maya (7)\nKim, Noah (7)\n"),
        ["Maya Lopez (7) / Lopez", "Noah Kim (7) / Kim"],
    ),
    "withdrawn status": (
        ("Student Name,Status\nMaya Lopez,Active\nNoah Kim,Withdrawn\nAna Ruiz,Inactive\n"),
        ["Maya Lopez / Lopez", "- Not enrolled: Withdrawn", "- Not enrolled: Inactive"],
    ),
    "ONE header LAST NAME FIRST NAME": (
        ('STUDENT NAME (LAST, FIRST MI)\n"LOPEZ, MAYA A"\n"KIM, NOAH"\n'),
        ["MAYA A LOPEZ / LOPEZ", "NOAH KIM / KIM"],
    ),
    "attendance sheet": (
        ("Class List - Period 3\n\nMaya Lopez ______\nNoah Kim ______\n"),
        ["- Not a student", "Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "checkbox list": (
        ("☐ Maya Lopez\n☑ Noah Kim\n✓ Ana Ruiz\n➢ Bo Cho\n"),
        ["Maya Lopez / Lopez", "Noah Kim / Kim", "Ana Ruiz / Ruiz", "Bo Cho / Cho"],
    ),
    "section after each name": (
        ("Civics, Period 3\nMaya Lopez, Period 3\nNoah Kim (Period 3)\nAna Ruiz - Section 12\nBo Cho\n"),
        ["- Not a student", "Maya Lopez / Lopez", "Noah Kim / Kim", "Ana Ruiz / Ruiz", "Bo Cho / Cho"],
    ),
    "section above the names": (
        ("Ana Civics, Period 3\nMaya Lopez\nNoah Kim\n"),
        ["- Not a student", "Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "numbers with other marks": (
        ("1-Maya Lopez\n2- Noah Kim\n3.- Ana Ruiz\n4–Bo Cho\n5/ Ed Fox\nNo. 6 Fe Gil\n7º Ida Jay\n⑧ Lee Kim\n"),
        [
            *("Maya Lopez / Lopez", "Noah Kim / Kim", "Ana Ruiz / Ruiz", "Bo Cho / Cho"),
            *("Ed Fox / Fox", "Fe Gil / Gil", "Ida Jay / Jay", "Lee Kim / Kim"),
        ],
    ),
    "bullets without a space": (
        ("•Maya Lopez\n☐Noah Kim\n–Ana Ruiz\n____ Bo Cho\n( ) Ed Fox\n"),
        ["Maya Lopez / Lopez", "Noah Kim / Kim", "Ana Ruiz / Ruiz", "Bo Cho / Cho", "Ed Fox / Fox"],
    ),
    "codes with a number": (
        ("7-A\n7-B\nN 12\nNo Kim\n"),
        ["7-A / ", "7-B / ", "N 12 / 12", "No Kim / Kim"],
    ),
    "letters list": (
        ("a) Maya Lopez\nb) Noah Kim\n"),
        ["Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "comma id lines": (
        ("Lopez, Maya, 101\nKim, Noah, 102\n"),
        ["Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "long id first lines": (
        ("1000101 Lopez, Maya\n1000102 Kim, Noah\n"),
        ["Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "kipp apellidos": (
        ("Nombre completo;Correo\nMaya López García;m@x\n"),
        ["Maya López García / López García"],
    ),
    "seat chart": (
        ("Row 1: Maya Lopez, Noah Kim\nRow 2: Ana Ruiz, Bo Cho\n"),
        [
            "- This line has several names: put each name on a line of its own.",
            "- This line has several names: put each name on a line of its own.",
        ],
    ),
}


LISTS |= {
    "a form": (
        "Timestamp,What is your first name?,What is your last name?\n9/1/2026 8:00:00,Maya,Lopez\n",
        ["Maya Lopez / Lopez"],
    ),
    "Microsoft Teams": (
        "Name,Email,Role\nMaya Lopez,m@x.example,Student\nAna Rivera,a@x.example,Owner\n",
        ["Maya Lopez / Lopez", "- Not a student: a teacher or another adult"],
    ),
    "last name first, as the order shows": (
        "CHO,BO\nKIM,NOAH\nLOPEZ,MAYA\nRUIZ,ANA\n",
        ["BO CHO / CHO", "NOAH KIM / KIM", "MAYA LOPEZ / LOPEZ", "ANA RUIZ / RUIZ"],
    ),
    "first name first, as the order shows": (
        "Bo,Cho\nNoah,Kim\nMaya,Lopez\nAna,Ruiz\n",
        ["Bo Cho / Cho", "Noah Kim / Kim", "Maya Lopez / Lopez", "Ana Ruiz / Ruiz"],
    ),
    "the grade behind the name": ("Maya Lopez - 7\nNoah Kim – 8th\n", ["Maya Lopez / Lopez", "Noah Kim / Kim"]),
    "Vietnamese, sorted by the last word there too": ("STT,Họ và tên\n1,Nguyễn Thị Mai\n", ["Nguyễn Thị Mai / Mai"]),
    "numbers of PowerSchool for who left": (
        'Student_Number,LastFirst,Enroll_Status\n1,"Lopez, Maya",0\n2,"Kim, Noah",2\n',
        ["Maya Lopez / Lopez", "- Not enrolled: 2"],
    ),
    "a page of people, each row on several lines": (
        "Name\tLogin ID\tSIS ID\tSection\tRole\tLast Activity\n"
        "\tMaya Lopez\tm@x.test\tS1\t\nCivics 8\n\t\nStudent\n\tNov 20 at 9:14am\n"
        "\tPat Diaz\tp@x.test\t\t\nCivics 8\n\t\nTeacher\n\tNov 20 at 9:15am\n",
        ["Maya Lopez / Lopez", "- Not a student: a teacher or another adult"],
    ),
    "a page with the names of its icons": (
        "4 students\nperson_add\nActions\nsort_by_alpha\nMaya Lopez\nmore_vert\nNoah Kim\n",
        ["- Not a student"] * 4 + ["Maya Lopez / Lopez", "- Not a student", "Noah Kim / Kim"],
    ),
    "a table of a PDF, aligned with spaces": (
        "Jefferson Middle School\nCivics 8 (Period 3)\n\n"
        "  #   Student Name          ID       Gr\n"
        "  1   Lopez, Maya Ann       10101    08\n  2   St. James, Noah       10102    08\n"
        "  3   Kim, Noah             10103    08\n"
        "Total students: 2     Page 1 of 1\n",
        ["- Above the headings"] * 2
        + ["Maya Ann Lopez / Lopez", "Noah St. James / St. James", "Noah Kim / Kim", "- Not a student"],
    ),
    "two spaces in a name": ("Maya  Lopez\nNoah  Kim\n", ["Maya Lopez / Lopez", "Noah Kim / Kim"]),
    "the class above the names": (
        "Period 3 - Civics\nMaya Lopez\nGrace Block\n",
        ["- Not a student", "Maya Lopez / Lopez", "Grace Block / Block"],
    ),
    "Blackboard's student for a teacher": (
        "Last Name\tFirst Name\tUsername\nLopez\tMaya\tml\nPreviewUser\tPat_PreviewUser\tpd_previewuser\n",
        ["Maya Lopez / Lopez", "- A test student"],
    ),
    "addresses alone": (
        "Email\nmaya@x.test\n",
        ["- Not a student", "- This is an email address, not a name."],
    ),
    "a title that could be a heading": (
        "Students\nID,Name,Grade\n1,Maya Lopez,7\n2,Noah Kim,7\n",
        ["- Above the headings", "Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "a name of the class above the headings": (
        'Name,Civics 7 Period 3\nTeacher,Rivera\n\nID,Student Name,Grade\n1,"Lopez, Maya",7\n',
        ["- Above the headings", "- Above the headings", "Maya Lopez / Lopez"],
    ),
    "numbered last names in Spanish": (
        "Nombre;1er Apellido;2º Apellido;Grupo\nAna;Ruiz;Peña;2B\nLuis;Muñoz;;2B\n",
        ["Ana Ruiz Peña / Ruiz Peña", "Luis Muñoz / Muñoz"],
    ),
    "headings in French": (
        "Prénom,Nom,Numéro\nMaya,Lopez,101\nNoah,Kim,102\nAna,Ruiz,103\n",
        ["- The headings", "Maya Lopez / Lopez", "Noah Kim / Kim", "Ana Ruiz / Ruiz"],
    ),
    "headings in Chinese": (
        "姓名\t邮箱\nMaya Lopez\tm@x.test\nNoah Kim\tn@x.test\nAna Ruiz\ta@x.test\n",
        ["- The headings", "Maya Lopez / Lopez", "Noah Kim / Kim", "Ana Ruiz / Ruiz"],
    ),
    "names alone below a heading in French": (
        "Élève\r\n\r\nMaya Lopez\r\nNoah Kim\r\n",
        ["- The headings", "Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "names alone below a heading in German": (
        "  Schülerinnen und Schüler\t\nMaya Lopez\nNoah Kim\n",
        ["- The headings", "Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "names alone below a heading in Chinese": (
        "“姓名”\n1. Maya Lopez\n2. Noah Kim\n",
        ["- The headings", "Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "names alone below a heading in Ukrainian": (
        "Ім'я та прізвище:\nMaya Lopez\nNoah Kim\n",
        ["- The headings", "Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "first and last names below headings in Italian": (
        "Cognome,Nome\nLopez,Maya\nKim,Noah\n",
        ["- The headings", "Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "first and last names below headings in Vietnamese": (
        "Họ\tTên\nLê\tBảo\nKim\tNoah\n",
        ["- The headings", "Bảo Lê / Lê", "Noah Kim / Kim"],
    ),
    "names that are like headings in other languages": (
        "Ho Ten Lee\nTen Ho\nNome Lee\n",
        ["Ho Ten Lee / Ten Lee", "Ten Ho / Ho", "Nome Lee / Lee"],
    ),
    "a name alone that is a heading elsewhere": ("Ho\nMaya\nNoah\n", ["Ho / ", "Maya / ", "Noah / "]),
    "a first student without a number": (
        "Maya Lopez,\nNoah Kim,102\nAna Ruiz,103\nBo Lee,104\n",
        ["Maya Lopez / Lopez", "Noah Kim / Kim", "Ana Ruiz / Ruiz", "Bo Lee / Lee"],
    ),
    "a first student with a word for the number": (
        "Maya Lopez,N/A\nNoah Kim,102\nAna Ruiz,103\nBo Lee,104\n",
        ["Maya Lopez / Lopez", "Noah Kim / Kim", "Ana Ruiz / Ruiz", "Bo Lee / Lee"],
    ),
    "a first name without a number before it": (
        "Maya Lopez\n2. Noah Kim\n3. Ana Ruiz\n4. Bo Lee\n",
        ["Maya Lopez / Lopez", "Noah Kim / Kim", "Ana Ruiz / Ruiz", "Bo Lee / Lee"],
    ),
    "last names 1 and 2": (
        "Apellido 1;Apellido 2;Nombre\nRuiz;Peña;Ana\nde la Torre;Gil;Luis\n",
        ["Ana Ruiz Peña / Ruiz Peña", "Luis de la Torre Gil / de la Torre Gil"],
    ),
    "last names of both parents, shortened": (
        "No. Lista,Ap. Paterno,Ap. Materno,Nombre(s)\n1,RUIZ,PEÑA,ANA MARÍA\n2,MUÑOZ,,LUIS\n",
        ["ANA MARÍA RUIZ PEÑA / RUIZ PEÑA", "LUIS MUÑOZ / MUÑOZ"],
    ),
    "roles as Canvas writes them": (
        "Name,Role\nPat Diaz,TeacherEnrollment\nMaya Lopez,StudentEnrollment\nAl Ta,TaEnrollment\nJo Sub,Substitute\n",
        [
            "- Not a student: a teacher or another adult",
            "Maya Lopez / Lopez",
            "- Not a student: a teacher or another adult",
            "- Not a student: a teacher or another adult",
        ],
    ),
    "a status with its date": (
        "Name,Status\nMaya Lopez,Active since 9/1\nNoah Kim,Withdrawn 10/3/2026\nAna Ruiz,Dropped (Transfer)\n"
        "Bo Cho,Transferred in\n",
        [
            "Maya Lopez / Lopez",
            "- Not enrolled: Withdrawn 10/3/2026",
            "- Not enrolled: Dropped (Transfer)",
            "Bo Cho / Cho",
        ],
    ),
    "generations as ordinals": (
        'Student Name\n"King, John 2nd"\n"King, John 3rd"\n',
        ["John King 2nd / King", "John King 3rd / King"],
    ),
    "headings with a space between them": (
        "Name Grade\nMaya Lopez 7\nNoah Kim\nAna Sofía Ruiz 8\n",
        ["Maya Lopez / Lopez", "Noah Kim / Kim", "Ana Sofía Ruiz / Ruiz"],
    ),
    "headings with a space between them, and more of them": (
        "\nLast First Grade Period\nLopez Maya 7 3B\nKim Noah 7 3B\n",
        ["Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "headings with a space between them, the name last": (
        "Student ID Name\n101 Maya Lopez\nNoah Kim\n",
        ["Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "headings with a space between them above commas": (
        "Name Grade\nMaya Lopez, 7\nNoah Kim, 7\n",
        ["Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "headings with a space between them in Spanish": ("Nombre Grado\nMaya López 7\n", ["Maya López / López"]),
    "names that are like headings": ("Grace Period\nName Lee\n", ["Grace Period / Period", "Name Lee / Lee"]),
    "numbers in place of names": (
        "Name\nStudent 1\nStudent 2\nEstudiante 3\nStudents 3\n",
        ["Student 1 / 1", "Student 2 / 2", "Estudiante 3 / 3", "- Not a student"],
    ),
    "a total below the names": (
        "No.,Name,Grade\n1,Maya Lopez,7\nTotal,1,\n",
        ["Maya Lopez / Lopez", "- No name in this row"],
    ),
    "numbers of a list of its own": ("Name\n101\n102\n", ["101 / ", "102 / "]),
    "names without quotes": (
        "ID,Name,Grade\n101,Lopez, Maya,7\n102,Kim, Noah,7\n",
        ["Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "names without quotes at the end": (
        "ID,Name\n101,Lopez, Maya\n102,Kim, Noah\n",
        ["Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "commas at line ends": (
        "Name,Teacher\nMaya Lopez,Rivera,\nNoah Kim,Rivera,\n",
        ["Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "MS-DOS": (
        ("Last Name,First Name\r\nPeña,José\r\nÑúñez,María\r\nGarcía,Raúl\r\n").encode("cp850"),
        ["José Peña / Peña", "María Ñúñez / Ñúñez", "Raúl García / García"],
    ),
    "formulas that failed": (
        "Name,ID\n#N/A,1\n#REF!,2\nN/A,3\nMaya Lopez,n/a\n",
        ["- No name in this row"] * 3 + ["Maya Lopez / Lopez"],
    ),
    "an address behind the name, and a quote without an end": (
        'Name,ID\nNoah Kim - noah@x.test,1\n"Maya Lopez,2\n',
        ["Noah Kim / Kim", "Maya Lopez / Lopez"],
    ),
    "semicolons below a title with a comma": (
        "Lincoln School\nTeacher: Núñez, Pat\n\nStudent Number;Last Name;First Name\n1;Muñoz;José\n2;King;John\n",
        ["- Above the headings", "- Above the headings", "José Muñoz / Muñoz", "John King / King"],
    ),
    "an empty column for the name": (
        "Name,Pupil\n,Maya Lopez\n,Noah Kim\n",
        ["Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "the test student in Spanish": (
        "Student;ID\nPeña, Íñigo;1\nEstudiante de prueba;2\n",
        ["Íñigo Peña / Peña", "- A test student"],
    ),
    "a class and its teacher above the names": (
        "Civics, Period 3\nMs. Rivera\nMaya Lopez\nMr. Noah Kim\nLopez, Ana Period\n",
        [
            "- Not a student",
            "- Not a student: a teacher or another adult",
            "Maya Lopez / Lopez",
            "Mr. Noah Kim / Kim",
            "Ana Period Lopez / Lopez",
        ],
    ),
    "titles that are no names": (
        "8th grade civics\nMr. Lee’s 3rd period\nMs. Rivera’s class\nFall 2026\n2026-2027\nSchool: Lincoln Middle\n"
        "Maya Lopez\nAbsent:\nSummer Lee\nTeam A\nTeam Lee\n",
        [
            *["- Not a student"] * 6,
            "Maya Lopez / Lopez",
            "- Not a student",
            "Summer Lee / Lee",
            "- Not a student",
            "Team Lee / Lee",
        ],
    ),
    "two names in a row": (
        "Maya Lopez and Noah Kim\nBo Cho / Cy Diaz\nAl Gil & Di Egan\nAna and Bo\n#5 Ana Ortega y Gasset\n",
        [
            "- This line has several names: put each name on a line of its own.",
            "- This line has several names: put each name on a line of its own.",
            "- This line has several names: put each name on a line of its own.",
            "- This line has several names: put each name on a line of its own.",
            "Ana Ortega y Gasset / Ortega y Gasset",
        ],
    ),
    "what teachers note of students": (
        "Maya Lopez - IEP\nNoah Kim (504)\nLopez, Ana [ELL]\nBo Cho **\nCy Diaz† IEP\nRuiz*, Al\n"
        "Di Ell\nEd Gate\nIep Thuy\n",
        [
            "Maya Lopez / Lopez",
            "Noah Kim / Kim",
            "Ana Lopez / Lopez",
            "Bo Cho / Cho",
            "Cy Diaz / Diaz",
            "Al Ruiz / Ruiz",
            "Di Ell / Ell",
            "Ed Gate / Gate",
            "Iep Thuy / Thuy",
        ],
    ),
    "rows of a PDF file": (
        "Lopez, Maya 101 07 F\nRuiz Peña, Ana 1030 K M\nKim, Noah ........ 102\nMaria Garcia 2\n",
        ["Maya Lopez / Lopez", "Ana Ruiz Peña / Ruiz Peña", "Noah Kim / Kim", "Maria Garcia 2 / 2"],
    ),
    "a line with a word before the last name": (
        "Maya Lopez, Noah Kim, and Andy Ruiz",
        ["Maya Lopez / Lopez", "Noah Kim / Kim", "Andy Ruiz / Ruiz"],
    ),
    "2 recipients of a mail": (
        "Maya Lopez <maya@school.example>, Noah Kim <noah@school.example>\n",
        ["Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "2 recipients of a mail, last name first": (
        "Lopez, Maya <maya@school.example>, Kim, Noah <noah@school.example>",
        ["Maya Lopez / Lopez", "Noah Kim / Kim"],
    ),
    "recipients with the head of a mail": (
        "From: Ana Rivera\nTo: Lopez, Maya <m@school.example>, Kim, Noah <n@school.example>\n"
        "Cc:\tAna Ruiz; Bo Lee\nPara: Cy Dunn\nSubject: Your class\n",
        [
            "- Not a student",
            "Maya Lopez / Lopez",
            "Noah Kim / Kim",
            "Ana Ruiz / Ruiz",
            "Bo Lee / Lee",
            "Cy Dunn / Dunn",
            "- Not a student",
        ],
    ),
    "recipients of Outlook": (
        "To: 'Lopez, Maya' <m@school.example>; 'Ana O'Neil' <a@school.example>; ‘Noah Kim’",
        ["Maya Lopez / Lopez", "Ana O'Neil / O'Neil", "Noah Kim / Kim"],
    ),
    "a nickname in quotes at the end": (
        "Maya Lopez 'May'\nD'Angelo Ruiz\n",
        ["Maya Lopez 'May' / 'May'", "D'Angelo Ruiz / Ruiz"],
    ),
    "2 names in quotes in one line": (
        "'Maya Lopez', 'Noah Kim', 'Ana O’Neil'",
        ["Maya Lopez / Lopez", "Noah Kim / Kim", "Ana O’Neil / O’Neil"],
    ),
    "marks that nobody sees": (
        "\u200bMaya\u200b Lopez\n\u200fسارة علي\nNoah \u202bKim\u202c\nAna\u202e Ruiz\n",
        ["Maya Lopez / Lopez", "سارة علي / علي", "Noah Kim / Kim", "- The name has a hidden character, so retype it."],
    ),
    "people of a Canvas course with a picture in each row": (
        "Name\tLogin ID\tSIS ID\tSection\tRole\n\tMaya Lopez\tml\t101\tP3\tStudent\n\tAna Rivera\tar\t\tP3\tTeacher\n",
        ["Maya Lopez / Lopez", "- Not a student: a teacher or another adult"],
    ),
    "students of Google Classroom who have not accepted": (
        "Students\nSelect all\nMaya Lopez\nmore_vert\nNoah Kim (invited)\nSofía Peña (Invitada)\n",
        ["- Not a student", "Maya Lopez / Lopez", "- Not a student", "Noah Kim / Kim", "Sofía Peña / Peña"],
    ),
    "the status of an attempt": (
        "Student Name,Status\nMaya Lopez,Completed\nNoah St. John,1\n",
        ["Maya Lopez / Lopez", "Noah St. John / St. John"],
    ),
}


def outcomes(content: str | bytes) -> list[str]:
    rows = read_roster(
        read_table(content if isinstance(content, bytes) else content.encode()).rows, KnownStudents()
    ).rows
    return [f"{row.name.display} / {row.name.family}" if row.state == "new" else f"- {row.note}" for row in rows]


@pytest.mark.parametrize(("content", "expected"), LISTS.values(), ids=LISTS)
def test_each_row_of_a_list(content: str | bytes, expected: list[str]) -> None:
    assert outcomes(content) == expected


def test_lines_that_are_no_students_take_no_room() -> None:
    heads = "Student,ID,SIS User ID,SIS Login ID,Section,Essay\n    Points Possible,,,,,10\n"
    students = [f'"Number{chr(97 + n // 26)}{chr(97 + n % 26)}, Student",{n},,,P3,\n' for n in range(501)]
    test = '"Student, Test",999,,x,P3,\n'
    found = outcomes(heads + "".join(students[:500]) + test)
    assert (len(found), sum(not one.startswith("- ") for one in found)) == (502, 500)
    with pytest.raises(InvalidRoster, match="This list has 501 names. A class has room for 500"):
        outcomes(heads + "".join(students) + test)
    with pytest.raises(InvalidRoster, match="This list has 2,001 names"):
        outcomes("Name,Status\n" + "Maya Lopez,Withdrawn\n" * 2_001)


def test_rich_text_is_refused_with_the_way_to_go_on() -> None:
    with pytest.raises(UnreadableTable, match="Copy the names from it"):
        read_table(rb"{\rtf1 Maya Lopez\par Noah Kim}")


def test_file_of_another_program_is_refused_with_the_way_to_go_on() -> None:
    for name, words in (
        ("enrollments.csv", "“Import classes from a OneRoster or Clever file”."),
        ("Index/Document.iwa", "In Numbers, choose File, Export To, CSV"),
        ("word/document.xml", "Copy the names from it"),
    ):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr(name, "x")
        with pytest.raises(UnreadableTable, match=words):
            read_table(content.getvalue())


def test_data_file_is_no_list_of_students() -> None:
    for content, words in (
        (b'{\n "format": "footnote-classroom",\n "version": 6', "“Import a class that Footnote exported”."),
        (b'{"about": "All data that Footnote has about 1 student."}', "This isn’t a list of students."),
        (b'[\n {"name": "Maya Lopez"}\n]', "This isn’t a list of students."),
        (b'footnote_questions = 1\ntitle = "PARS"\n', "This isn’t a list of students."),
    ):
        with pytest.raises(UnreadableTable, match=words):
            read_table(content)
    assert read_table(b"{Maya} Lopez\n[x] Noah Kim\n").rows[1].cells == ("[x] Noah Kim",)


def test_sheets_that_are_not_read_are_named() -> None:
    file = read_table(write_xlsx([Sheet("Period 1", [["Name"], ["Maya Lopez"]]), Sheet("Period 2", [["Noah Kim"]])]))
    assert file.note == "Only the sheet “Period 1” was read. To add “Period 2”, save each as a file of its own."
    assert [row.cells for row in file.rows] == [("Name",), ("Maya Lopez",)]


def test_sheet_of_instructions_is_passed_over() -> None:
    sheets = [Sheet("Info", [["How to fill this in"]]), Sheet("Period 1", [["Name"], ["Maya Lopez"]])]
    file = read_table(write_xlsx(sheets))
    assert file.note == "Only the sheet “Period 1” was read. To add “Info”, save each as a file of its own."
    assert read_table(write_xlsx(sheets[:1])).rows[0].cells == ("How to fill this in",)


@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_sheet_of_libreoffice(ending: str) -> None:
    """Files that LibreOffice 25.2 saved, read in the process with limits."""
    content = (Path(__file__).parents[1] / "data" / "layouts" / "rosters" / f"libreoffice.{ending}").read_bytes()
    assert outcomes(content) == [
        "- Above the headings",
        "María López García / López García",
        "Tim van der Berg / van der Berg",
    ]


def test_student_numbers_under_a_prefix_are_found() -> None:
    table = read_table(b"student.studentNumber,student.lastName,student.firstName\n101,Lopez,Maya\n").rows
    assert read_roster(table, KnownStudents()).number_heading == "student.studentNumber"


def test_teacher_may_leave_preferred_names_out() -> None:
    table = read_table(b"Last Name,First Name,Preferred Name\nLee,Robert,Bobby\n").rows
    read = read_roster(table, KnownStudents())
    assert (read.rows[0].name.display, read.rows[0].note) == ("Bobby Lee", "Was “Robert Lee”")
    again = read_roster(table, KnownStudents(), chosen=read.columns._replace(preferred=None))
    assert again.rows[0].name.display == "Robert Lee"
