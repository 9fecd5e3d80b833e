using System.Text;
using Replication.Server.Demo.Processes;

namespace Replication.Server.Tests.Demo;

public sealed class ProcessTableTests
{
    private const int PageBytes = 4096;

    private static readonly RunningProcess Shell = new(7, "sh", 'S', 10, 1, PageBytes);
    private static readonly RunningProcess Editor = new(9, "ed", 'S', 20, 2, 2 * PageBytes);

    [Fact]
    public void At_first_every_process_is_a_change() =>
        Assert.Equal([new ProcessChange("7", Shell), new ProcessChange("9", Editor)], new ProcessTable([]).Update([Shell, Editor]));

    [Fact]
    public void A_process_that_did_not_move_is_no_change()
    {
        var table = new ProcessTable([]);
        table.Update([Shell, Editor]);

        Assert.Equal([new ProcessChange("9", Editor with { CpuMillis = 30 })], table.Update([Shell, Editor with { CpuMillis = 30 }]));
        Assert.Empty(table.Update([Shell, Editor with { CpuMillis = 30 }]));
    }

    [Fact]
    public void A_process_that_is_gone_is_deleted_once()
    {
        var table = new ProcessTable([]);
        table.Update([Shell, Editor]);

        Assert.Equal([new ProcessChange("9", null)], table.Update([Shell]));
        Assert.Empty(table.Update([Shell]));
    }

    [Fact]
    public void Keys_of_an_earlier_run_are_written_anew_or_deleted() =>
        Assert.Equal([new ProcessChange("7", Shell), new ProcessChange("8", null)], new ProcessTable(["7", "8"]).Update([Shell]));

    [Fact]
    public void A_line_of_the_kernel_is_read_even_when_the_name_has_blanks_and_parentheses() =>
        Assert.Equal(
            new RunningProcess(42, "my (odd) name", 'R', 150, 3, 5 * PageBytes),
            RunningProcess.Parse("42 (my (odd) name) R 1 42 42 0 -1 4194560 100 0 0 0 11 4 0 0 20 0 3 0 500 1000000 5 18446744073709551615 1 1\n", PageBytes));

    [Theory]
    [InlineData("")]
    [InlineData("42 sh S 1")]
    [InlineData("42 (sh) S 1 42")]
    [InlineData("self (sh) S 1 42 42 0 -1 4194560 100 0 0 0 11 4 0 0 20 0 3 0 500 1000000 5")]
    public void Another_form_is_no_process(string stat) => Assert.Null(RunningProcess.Parse(stat, PageBytes));

    [Fact]
    public void A_process_is_a_document() =>
        Assert.Equal("""{"pid":9,"name":"ed","state":"S","cpuMillis":20,"threads":2,"residentBytes":8192}""", Encoding.UTF8.GetString(Editor.ToJson().Span));

    [Fact]
    public void The_process_that_runs_this_is_in_the_table() =>
        Assert.Contains(new ProcessFolder().Read(), static process => process.Id == Environment.ProcessId && process.Threads > 0 && process.ResidentBytes > 0);

    [Fact]
    public void What_is_no_process_is_passed_over()
    {
        using var folder = new TemporaryFolder();
        folder.Write("7/stat", "7 (sh) S 1 7 7 0 -1 4194560 100 0 0 0 1 0 0 0 20 0 1 0 500 1000000 1 0");
        folder.Write("sys/stat", "no process");
        Directory.CreateDirectory(Path.Combine(folder.Path, "8"));

        Assert.Equal([7], new ProcessFolder(folder.Path).Read().Select(static process => process.Id));
    }
}
