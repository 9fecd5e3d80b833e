using System.Text;

namespace Replication.Cli.Output;

/// <summary>What the process has around it, so that a test can stand in for it.</summary>
internal sealed record Terminal
{
    /// <summary>Where <c>-</c> reads from.</summary>
    public required Stream Input { get; init; }

    /// <summary>Where answers go, as bytes: values are not always text.</summary>
    public required Stream Output { get; init; }

    /// <summary>Where errors and progress go.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether a person reads the answers.</summary>
    public bool IsOutputTerminal { get; init; }

    /// <summary>Whether a person reads errors and progress.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>Environment variables.</summary>
    public Func<string, string?> Variable { get; init; } = static _ => null;

    /// <summary>Columns of the screen.</summary>
    public int Width { get; init; } = 120;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether colours are welcome: see no-color.org.</summary>
    public bool WantsColour => string.IsNullOrEmpty(Variable("NO_COLOR")) && Variable("TERM") != "dumb";

    internal static Terminal OfProcess() => new()
    {
        Input = Console.OpenStandardInput(),
        Output = new BufferedStream(Console.OpenStandardOutput(), 64 * 1024),
        Error = Console.Error,
        IsOutputTerminal = !Console.IsOutputRedirected,
        IsErrorTerminal = !Console.IsErrorRedirected,
        Variable = Environment.GetEnvironmentVariable,
        Width = Console.IsOutputRedirected ? 120 : Math.Max(40, Console.WindowWidth),
    };

    /// <summary>A writer of UTF-8 text to the output; flush it before anything else writes there.</summary>
    internal StreamWriter OutputText() => new(Output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
}
