using Spectre.Console;

namespace Replication.Cli.Output;

/// <summary>A screen that draws for a person, with colours only where they are welcome.</summary>
internal static class Screen
{
    internal static IAnsiConsole Of(Terminal terminal, TextWriter writer)
    {
        var screen = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = terminal.WantsColour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(writer),
        });
        screen.Profile.Width = terminal.Width;
        screen.Profile.Capabilities.Unicode = true;
        return screen;
    }
}
