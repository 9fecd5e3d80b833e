using System.Diagnostics;
using System.Globalization;

namespace Replication.Bench.Processes;

/// <summary>
/// A <see cref="Ticker"/> in a process beside that does nothing else: what it is late by is the machine's doing, because others have the
/// processors, and not that of what is measured.
/// </summary>
internal sealed class TickerProcess : IDisposable
{
    private readonly Process _process;

    private TickerProcess(Process process) => _process = process;

    public static TickerProcess Start()
    {
        var program = Path.Combine(AppContext.BaseDirectory, typeof(TickerProcess).Assembly.GetName().Name + ".dll");
        return new TickerProcess(Process.Start(new ProcessStartInfo("dotnet", [program, BenchCommand.Ticker]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!);
    }

    /// <summary>What <see cref="BenchCommand.Ticker"/> does: at each line it says how late its ticker was since the line before, in milliseconds.</summary>
    public static async Task<int> ServeAsync(CancellationToken cancellation)
    {
        var ticker = new Ticker();
        while (await Console.In.ReadLineAsync(cancellation) is not null)
        {
            await Console.Out.WriteLineAsync(ticker.Stop().LongestMillis.ToString(CultureInfo.InvariantCulture));
            ticker.Dispose();
            ticker = new Ticker();
        }
        ticker.Dispose();
        return 0;
    }

    /// <summary>How late it was at most since it was asked before, in milliseconds.</summary>
    public async Task<double> LongestAsync(CancellationToken cancellation)
    {
        await _process.StandardInput.WriteLineAsync("?".AsMemory(), cancellation);
        await _process.StandardInput.FlushAsync(cancellation);
        return double.Parse(await _process.StandardOutput.ReadLineAsync(cancellation) ?? throw new IOException("The ticker beside ended by itself."), CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
