select l_returnflag, l_linestatus, count(distinct l_custkey) as persons
from lineitem
where l_shipdate <= date '1998-12-01' - interval '90' day
group by l_returnflag, l_linestatus
