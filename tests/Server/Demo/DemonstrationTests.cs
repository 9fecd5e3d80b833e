using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Replication.Server.Tests.Demo;

/// <summary>The whole demo, with real processes and the documents of this machine.</summary>
public sealed partial class DemonstrationTests
{
    [Fact]
    public async Task Once_it_imports_compares_the_nodes_and_leaves_nothing_running()
    {
        await using var demo = new DemoProcess(["--once", "--replicas", "1"]);

        var (code, output, errors) = await demo.WaitAsync();

        Assert.True(code == 0, $"It ended with {code}:\n{output}\n{errors}");
        Assert.Matches(@"Imported [1-9][\d,]* documents into '(api|files)'", output);
        var verdict = Verdict().Match(output);
        Assert.True(verdict.Success, output);
        Assert.Equal(2, output.Split(verdict.Groups["digest"].Value).Length - 2);
        var processes = Row().Matches(output).Select(static row => int.Parse(row.Groups["pid"].Value, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(2, processes.Count);
        Assert.All(processes, static id => Assert.False(Directory.Exists($"/proc/{id}"), $"Process {id} is still there."));
        Assert.Empty(demo.Nodes());
    }

    [Fact]
    public async Task A_killed_replica_comes_back_and_a_killed_demo_takes_its_nodes_with_it()
    {
        await using var demo = new DemoProcess(["--replicas", "1"]);
        var command = await demo.ReadUntilAsync("kill -9");
        var replica = int.Parse(command.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2], CultureInfo.InvariantCulture);
        Assert.Contains(replica, demo.Nodes());

        using (var process = Process.GetProcessById(replica)) process.Kill();
        var said = await demo.ReadUntilAsync("started again");
        demo.Process.Kill();
        await demo.WaitUntilNoNodeRunsAsync();

        Assert.Contains("replica-1 ended by signal 9; started again as process ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_directory_that_cannot_be_one_is_a_configuration_error()
    {
        using var folder = new TemporaryFolder();
        folder.Write("file", string.Empty);
        await using var demo = new DemoProcess([], Path.Combine(folder.Path, "file"));

        var (code, _, errors) = await demo.WaitAsync();

        Assert.Equal(78, code);
        Assert.Contains("cannot be the data directory", errors, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^All 2 nodes hold the same [\d,]+ records at 1/\d+: digest (?<digest>[0-9a-f]{32})$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Verdict();

    [GeneratedRegex(@"^(primary|replica-1) .* (?<pid>\d+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();
}
