using System.CommandLine;

namespace Replication.Cli.Commands;

/// <summary>A command that does something, with what its help shows.</summary>
internal abstract class ReplctlCommand : Command
{
    protected ReplctlCommand(CommandHost host, string name, string description, string jsonShape, params string[] examples)
        : base(name, description)
    {
        Host = host;
        JsonShape = jsonShape;
        Examples = examples;
        SetAction((line, cancellation) => host.RunAsync(line, RunAsync, cancellation));
    }

    /// <summary>Command lines to copy.</summary>
    internal IReadOnlyList<string> Examples { get; }

    /// <summary>The JSON answer by an example.</summary>
    internal string JsonShape { get; }

    protected CommandHost Host { get; }

    /// <summary>Does it; the answer is one of <see cref="ExitCode"/>.</summary>
    protected abstract Task<int> RunAsync(CommandContext context, CancellationToken cancellation);

    /// <summary>The name of a collection, as an argument.</summary>
    protected static Argument<string> CollectionArgument() => new("C") { Description = "The collection." };

    /// <summary>The key of a record, as an argument.</summary>
    protected static Argument<string> KeyArgument() => new("KEY") { Description = "The key, 1 to 1,024 bytes in UTF-8." };
}
