namespace Replication.Cli;

/// <summary>A command ends here: one sentence for the error stream and the number for the shell.</summary>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
/// <param name="message">What is wrong and what to do next.</param>
internal sealed class CommandException(int exitCode, string message) : Exception(message)
{
    internal int ExitCode => exitCode;

    internal static CommandException Usage(string message) => new(Cli.ExitCode.Usage, message);

    internal static CommandException Negative(string message) => new(Cli.ExitCode.Negative, message);
}
