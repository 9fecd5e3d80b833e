using System.Diagnostics;
using System.Text;
using Replication.ProcessKit;

namespace Replication.Faults.Processes;

public sealed class SilentDivergenceTests : IAsyncLifetime
{
    private const int Differs = 1;

    private readonly FaultedPair _pair = new(seed: 90);

    public Task InitializeAsync() => _pair.StartAsync();

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task A90_A_bit_changed_in_the_memory_of_a_running_replica_is_found_and_named()
    {
        var value = $"\"a value that stands nowhere else: {Guid.NewGuid():N}\"";
        await using var primary = _pair.Primary.NewClient();
        await using var replica = _pair.Replica.NewClient();
        var written = await primary.CommitAsync(new Client.Transaction().Put("rays", "k1", value).Put("rays", "k2", "2").WithRequestId([]));
        await replica.GetAsync("rays", "k1", new Client.ReadOptions(written.EnsureCommitted(), TimeSpan.FromSeconds(10)));
        Assert.Equal(0, (await ScrubAsync()).Code);

        Assert.InRange(new ForeignMemory(_pair.Replica.Id).Flip(Encoding.UTF8.GetBytes(value)), 1, 100);
        Assert.NotEqual(value, Encoding.UTF8.GetString((await replica.GetAsync("rays", "k1")).Value.Span));

        var (code, output) = await ScrubAsync();
        Assert.True(code == Differs, output);
        Assert.Contains("rays\tk1\tchanged", output, StringComparison.Ordinal);
        Assert.DoesNotContain("rays\tk2", output, StringComparison.Ordinal);
        Assert.Contains($"{_pair.Replica.Address.GetLeftPart(UriPartial.Authority)} does not hold what the log says", output, StringComparison.Ordinal);

        // As the scrub advises: started again, it makes its memory from its own files.
        await _pair.Replica.KillAsync();
        await _pair.Replica.StartReadyAsync();
        (code, output) = await ScrubAsync();
        Assert.True(code == 0, output);
        Assert.Equal(value, Encoding.UTF8.GetString((await replica.GetAsync("rays", "k1")).Value.Span));
    }

    private async Task<(int Code, string Output)> ScrubAsync()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in (string[])[Repository.Built("Cli", "replctl.dll"), "scrub", "--server", $"{_pair.Primary.Address},{_pair.Replica.Address}", "--wait", "60s"]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }
}
