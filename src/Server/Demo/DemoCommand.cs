using System.CommandLine;
using System.Globalization;
using Replication.Server.Commands;
using Replication.Server.Demo.Display;
using Spectre.Console;

namespace Replication.Server.Demo;

/// <summary><c>replicad demo</c>: the first minute with the product.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var replicas = new Option<int>("--replicas")
        {
            Description = $"How many replicas, 1 to {DemoOptions.MaxReplicas}.",
            HelpName = "COUNT",
            DefaultValueFactory = static _ => DemoOptions.DefaultReplicas,
            CustomParser = static result =>
            {
                if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= DemoOptions.MaxReplicas) return count;
                result.AddError($"--replicas has to be 1 to {DemoOptions.MaxReplicas}, not '{result.Tokens[0].Value}'.");
                return 0;
            },
        };
        var data = new Option<string?>("--data") { Description = "Where the nodes keep data and logs. Default: a temporary directory, removed at the end.", HelpName = "DIR" };
        data.Validators.Add(static result =>
        {
            if (string.IsNullOrWhiteSpace(result.GetValueOrDefault<string?>())) result.AddError("--data has to name a directory.");
        });
        var once = new Option<bool>("--once") { Description = "Check that all nodes hold the same data, print the table and end." };
        var command = new Command(
            "demo", "Start a primary and replicas as processes of this machine, load real documents, keep changes coming and say what to try. Ctrl-C stops everything.")
        {
            replicas, data, once,
        };
        command.SetAction((parsed, cancellation) =>
            RunAsync(new DemoOptions(parsed.GetValue(replicas), parsed.GetValue(data), parsed.GetValue(once)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(DemoOptions options, CancellationToken cancellation)
    {
        using var stop = new StopSignals(cancellation);
        try
        {
            if (!OperatingSystem.IsLinux()) throw new DemoException("The demo shows the process table of Linux. Run it there, in a container for instance.") { Code = ExitCode.Configuration };
            return await new Demonstration(options, View(), TimeProvider.System).RunAsync(stop.Token);
        }
        catch (DemoException failure)
        {
            await Console.Error.WriteLineAsync($"replicad: {failure.Message}");
            return failure.Code;
        }
    }

    // See no-color.org.
    private static IDemoView View() =>
        Console.IsOutputRedirected || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) || Environment.GetEnvironmentVariable("TERM") == "dumb"
            ? new PlainView(Console.Out)
            : new LiveView(AnsiConsole.Console);
}
